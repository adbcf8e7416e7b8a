"""Issue a porting code: to a number that nothing keeps here, told to its handset alone."""

from datetime import datetime

from django.db import transaction

from wanhao.communications.actions import plan_message
from wanhao.parties.contracts import Language, LineView
from wanhao.products import porting
from wanhao.values.errors import WanhaoError
from wanhao.workflows.check_porting import check_porting

TEXTS = {
    Language.ZH: "您的携号转网授权码是{code}，1小时内有效，切勿告诉他人。",
    Language.EN: "Your code for taking your number along is {code}, good for one hour.",
}


@transaction.atomic
def issue_porting_code(line: LineView, now: datetime) -> datetime:
    """Send a code to the line's handset; returns its end. WanhaoError when something is in the way,
    or billing is foreign."""
    if check_porting(line, now):
        raise WanhaoError(
            f"Line {line.line_id} does not meet the conditions of porting.", "Check them first."
        )
    code, ends = porting.issue_porting_code(line.line_id, now)
    plan_message(line.number, "secret", TEXTS[line.language].format(code=code), now)
    return ends
