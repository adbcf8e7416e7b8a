"""What happens to messages in a sender's hands."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wanhao.communications.contracts import DeliveryClass, MessageState, OutgoingMessage
from wanhao.communications.forgetting import HIDDEN
from wanhao.communications.models import SECRET, UNDECIDED, CommunicationMessage
from wanhao.communications.moving import by_ids, move
from wanhao.communications.receiving import apply_held_to_unknown
from wanhao.communications.rendering import Figures, plain_text, text_of
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError
from wanhao.values.sms_text import sms_parts

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
HAND_OVER = """
UPDATE wanhao_communications_communicationmessage AS message
SET state = 'submitting', worker = %s, claimed_at = %s, changed_at = %s, text = written.text,
    sms_parts = written.parts
FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS written(id, text, parts)
WHERE message.id = written.id AND message.state = ANY(%s)
"""


def hand_over(
    rows: Sequence[CommunicationMessage],
    worker: str,
    now: datetime,
    *,
    sign_off: str,
    released: Sequence[str],
) -> list[OutgoingMessage]:
    """Write the texts of locked rows and give them to a sender.

    A text is written once: a message sent again says what it said before.
    """
    written: dict[int, str] = {}
    parts: dict[int, int] = {}
    for row in rows:
        try:
            written[row.pk] = row.text or _told(row, sign_off)
            parts[row.pk] = sms_parts(written[row.pk])
        except (WanhaoError, TypeError, ValueError) as error:
            written.pop(row.pk, None)
            log.exception("message %s cannot be written", row.pk)
            move(by_ids([row.pk]), MessageState.FAILED, now, error=f"text: {error}"[:200])
    ids, texts = list(written), list(written.values())
    with connection.cursor() as cursor:
        counts = [parts[key] for key in ids]
        cursor.execute(HAND_OVER, [worker, now, now, ids, texts, counts, list(released)])
    return [
        OutgoingMessage(
            message_id=row.pk,
            number=row.number,
            text=written[row.pk],
            delivery_class=DeliveryClass(row.delivery_class),
            urgent=row.urgent,
            expires_at=row.expires_at,
        )
        for row in rows
        if row.pk in written
    ]


def written_text(row: CommunicationMessage, sign_off: str) -> str:
    """The text of a row that was not sent yet."""
    if row.rule in UNDECIDED:
        return str(row.figures["text"]) + sign_off
    return text_of(row.rule, Figures(**row.figures), Language(row.language), sign_off)


def shown_text(row: CommunicationMessage) -> str:
    """The text of a row for pages: what was not sent yet says what it would by itself, empty when
    that cannot be written. Passwords and codes are shown nowhere."""
    if row.rule == SECRET:
        return HIDDEN
    try:
        return row.text or written_text(row, sign_off="")
    except WanhaoError:
        return ""


def _told(row: CommunicationMessage, sign_off: str) -> str:
    """The text of a row; what is required is told in plain words rather than not at all."""
    try:
        return written_text(row, sign_off)
    except (WanhaoError, TypeError, ValueError):
        if row.delivery_class != DeliveryClass.REQUIRED.value:
            raise
        log.exception("message %s is told in plain words", row.pk)
        return plain_text(row.rule, Language(row.language), sign_off)


def give_up(rows: Sequence[CommunicationMessage], now: datetime) -> int:
    """The answer to these submits never came; rows are locked and being submitted.

    Comfort messages stay unknown. Required ones are sent again, three times at most.
    """
    again = [row for row in rows if _may_repeat(row)]
    for row in rows:
        row.unanswered += 1
    CommunicationMessage.objects.bulk_update(rows, ["unanswered"])
    repeated = {row.pk for row in again}
    unknown = [row.pk for row in rows if row.pk not in repeated]
    moved = move(by_ids(list(repeated)), MessageState.RELEASED, now, worker="")
    moved += move(by_ids(unknown), MessageState.UNKNOWN, now)
    apply_held_to_unknown({row.number for row in rows if row.pk not in repeated})
    return moved


def _may_repeat(row: CommunicationMessage) -> bool:
    required = row.delivery_class == DeliveryClass.REQUIRED.value
    return required and row.unanswered + 1 < MOST_ATTEMPTS
