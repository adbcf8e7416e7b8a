"""Messages nobody decided about: a test from the pages, an answer to what a customer wrote."""

from datetime import datetime, timedelta

from django.db import connection

from wanhao.communications.contracts import DeliveryClass
from wanhao.communications.models import UNDECIDED, CommunicationMessage
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.sms_text import EncodingError, sms_parts

GOOD_FOR = timedelta(hours=1)
MOST_PARTS = 10
COUNT = """
INSERT INTO wanhao_communications_decisioncount AS so_far (rule, outcome, decisions)
VALUES (%s, 'told', 1)
ON CONFLICT (rule, outcome) DO UPDATE SET decisions = so_far.decisions + 1
"""


def plan(number: int, rule: str, text: str, now: datetime) -> int:
    """Plan a message of these words; the number need not be a line of ours. Returns its id.

    WanhaoError when it is no test and no reply, or its text cannot be sent.
    """
    _check(rule, text)
    line = lines_by_number([number]).get(number)
    message = CommunicationMessage.objects.create(
        rule=rule,
        line_id=line.line_id if line else None,
        number=number,
        language=(line.language if line else Language.ZH).value,
        delivery_class=DeliveryClass.COMFORT.value,
        urgent=True,
        figures={"text": text},
        planned_at=now,
        release_at=now,
        expires_at=now + GOOD_FOR,
        changed_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [rule])
    return message.pk


def _check(rule: str, text: str) -> None:
    if rule not in UNDECIDED:
        raise WanhaoError(
            f"'{rule}' is no message of its own words.", f"Choose one of {', '.join(UNDECIDED)}."
        )
    try:
        parts = sms_parts(text) if text.strip() else 0
    except EncodingError:
        parts = 0
    if not 0 < parts <= MOST_PARTS:
        raise WanhaoError(
            "This text cannot be sent.", f"Write something, in {MOST_PARTS} short messages at most."
        )
