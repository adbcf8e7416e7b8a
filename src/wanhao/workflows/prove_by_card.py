"""Prove by an identity card that was read who somebody is: compared with the document on record."""

from datetime import datetime

from django.db import transaction

from wanhao.access.contracts import CodeCheck, TryKind
from wanhao.access.trying import begin_try, note_wrong
from wanhao.parties.documents import is_holder


@transaction.atomic
def prove_by_card(line_id: int, name: str, number: str, now: datetime) -> CodeCheck:
    """Whether a card is that of a line's customer. A wrong one is counted: commit it.

    `line_id` of a number nobody has is that number below zero: it counts like any other.
    WanhaoError when no document is recorded, or there were too many wrong ones today.
    """
    begin_try(line_id, TryKind.DOCUMENT, now)
    if line_id > 0 and is_holder(line_id, name, number):
        return CodeCheck(right=True)
    return CodeCheck(right=False, left=note_wrong(line_id, TryKind.DOCUMENT, now))
