"""Take a notice: what a channel called us for is booked and written down in one transaction."""

import hashlib
from datetime import datetime

from django.db import transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import NewNotice, RefundTold, TradeTold, Verdict
from wanhao.billing.orders.actions import note_notice
from wanhao.workflows.hear_of_payment import hear_of_payment
from wanhao.workflows.refund_order import hear_of_refund


@transaction.atomic
def take_notice(
    channel: Channel, body: bytes, told: TradeTold | RefundTold, now: datetime
) -> Verdict:
    """Take in a notice whose signature was good; the body itself is not kept."""
    if isinstance(told, RefundTold):
        verdict, transaction_id = hear_of_refund(channel, told, now), told.refund_id
    else:
        verdict, transaction_id = hear_of_payment(channel, told, now), told.transaction_id
    _note(channel, body, verdict, now, told.number, transaction_id, told.amount_fen)
    return verdict


def refuse_notice(
    channel: Channel, body: bytes, verdict: Verdict, said: str, now: datetime
) -> None:
    """Write down a notice that was not believed, and why; nothing it says is used."""
    notice = NewNotice(channel=channel, body_hash=_hash(body), verdict=verdict, said=said)
    note_notice(notice, now)


def _note(
    channel: Channel,
    body: bytes,
    verdict: Verdict,
    now: datetime,
    number: str,
    transaction_id: str,
    amount_fen: int,
) -> None:
    note_notice(
        NewNotice(
            channel=channel,
            body_hash=_hash(body),
            verdict=verdict,
            number=number,
            transaction_id=transaction_id,
            amount_fen=amount_fen,
        ),
        now,
    )


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
