"""Writes of payment orders and of what channels said of them. No money moves here."""

import secrets
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.models import ChannelNotice, PaymentDifference, PaymentOrder
from wanhao.billing.order_contracts import (
    CHANNELS,
    LEAST_FEN,
    MOST_FEN,
    PAY_WITHIN,
    DifferenceKind,
    NewNotice,
    NewOrder,
    OrderState,
    OrderView,
    TradeTold,
)
from wanhao.billing.orders.states import may_follow
from wanhao.billing.orders.viewing import order_view
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
RANDOM_LETTERS = 16
FIRST_LOOK = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
# The lease of whoever asks the channel; another worker asks when it is over.
ASKING = timedelta(minutes=2)
LONGEST_SAID = 200
CLAIM = """
UPDATE wanhao_billing_paymentorder SET look_at = %s, looks = LEAST(looks + 1, 1000)
WHERE id = (
    SELECT id FROM wanhao_billing_paymentorder WHERE look_at <= %s
    ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING number
"""


@transaction.atomic
def open_order(asked: NewOrder, now: datetime) -> OrderView:
    """Write an order down, once per reference; it can be paid for 30 minutes.

    WanhaoError when the amount or the channel is none, or the reference was used otherwise.
    """
    _refuse_odd(asked)
    row, _ = PaymentOrder.objects.get_or_create(
        reference=asked.reference,
        defaults={
            "number": _new_number(now),
            "account_id": asked.account_id,
            "line_id": asked.line_id,
            "amount_fen": asked.amount_fen,
            "channel": asked.channel.value,
            "showing": asked.showing.value,
            "state": OrderState.WAITING.value,
            "asked_by": asked.asked_by[:64],
            "door": asked.door,
            "begun_at": now,
            "expires_at": now + PAY_WITHIN,
            "look_at": now + FIRST_LOOK,
        },
    )
    terms = (row.account_id, row.amount_fen, row.channel)
    if terms != (asked.account_id, asked.amount_fen, asked.channel.value):
        raise WanhaoError(
            f"'{asked.reference}' is another payment.", "Begin a new one with its own reference."
        )
    return order_view(row)


def note_shown(number: str, address: str) -> None:
    """Keep what the customer is shown."""
    PaymentOrder.objects.filter(number=number).update(address=address)


def lock_order(channel: Channel, number: str) -> OrderView | None:
    """An order of a channel, locked until the transaction ends; None when there is none such.

    It is locked before any account is.
    """
    row = (
        PaymentOrder.objects.select_for_update(no_key=True)
        .filter(number=number, channel=channel.value)
        .first()
    )
    return None if row is None else order_view(row)


def mark_paid(order: OrderView, transaction_id: str, now: datetime) -> None:
    """The locked order is paid by a transaction of its channel.

    WanhaoError when that transaction has paid another order.
    """
    _refuse_step(order, OrderState.PAID)
    try:
        with transaction.atomic():
            PaymentOrder.objects.filter(pk=order.order_id).update(
                state=OrderState.PAID.value,
                transaction_id=transaction_id,
                paid_at=now,
                look_at=None,
            )
    except IntegrityError as error:
        raise WanhaoError(
            f"Transaction '{transaction_id}' has paid another order.", "Ask the channel."
        ) from error


def mark_closed(order: OrderView) -> None:
    """Nobody can pay the locked order any more."""
    _refuse_step(order, OrderState.CLOSED)
    PaymentOrder.objects.filter(pk=order.order_id).update(
        state=OrderState.CLOSED.value, look_at=None
    )


def claim_look(now: datetime) -> str | None:
    """An order of which nothing was heard, taken in hand for some minutes; its number."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now + ASKING, now])
        found = cursor.fetchone()
    return None if found is None else str(found[0])


def look_again(number: str, now: datetime) -> None:
    """Ask again later: sooner while it can be paid, ever more seldom while nobody answers."""
    row = PaymentOrder.objects.filter(number=number, look_at__isnull=False).first()
    if row is None:
        return
    pause = min(FIRST_LOOK * 2 ** min(row.looks, 6), LONGEST_PAUSE)
    due = now + pause
    # Its end is not slept through.
    if now < row.expires_at < due:
        due = row.expires_at
    PaymentOrder.objects.filter(pk=row.pk, look_at__isnull=False).update(look_at=due)


def put_aside(
    channel: Channel,
    kind: DifferenceKind,
    told: TradeTold,
    now: datetime,
    ours_fen: int | None = None,
) -> None:
    """Keep what a channel said and we did not book, for a person; the same thing once."""
    PaymentDifference.objects.get_or_create(
        channel=channel.value,
        kind=kind.value,
        number=told.number[:64],
        transaction_id=told.transaction_id[:64],
        defaults={"ours_fen": ours_fen, "theirs_fen": told.amount_fen, "found_at": now},
    )


def note_notice(notice: NewNotice, now: datetime) -> None:
    """Write down that a channel called, and what became of it."""
    ChannelNotice.objects.create(
        channel=notice.channel.value,
        at=now,
        body_hash=notice.body_hash,
        verdict=notice.verdict.value,
        number=notice.number[:64],
        transaction_id=notice.transaction_id[:64],
        amount_fen=notice.amount_fen,
        said=notice.said[:LONGEST_SAID],
    )


def _refuse_odd(asked: NewOrder) -> None:
    if not LEAST_FEN <= asked.amount_fen <= MOST_FEN:
        raise WanhaoError(
            f"{Money(asked.amount_fen)} cannot be paid.",
            f"Give an amount from {Money(LEAST_FEN)} to {Money(MOST_FEN)}.",
        )
    if asked.channel not in CHANNELS or not asked.reference.strip():
        raise WanhaoError(
            f"Nobody can pay by {asked.channel} like this.", "Choose WeChat Pay or Alipay."
        )


def _refuse_step(order: OrderView, state: OrderState) -> None:
    if not may_follow(order.state, state):
        raise WanhaoError(
            f"Order {order.number} is {order.state} and cannot become {state}.",
            "Look at it again.",
        )


def _new_number(now: datetime) -> str:
    """Nobody guesses it: it is the address of the page where the customer waits."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(RANDOM_LETTERS))
    return f"P{now.astimezone(SHANGHAI):%Y%m%d}{letters}"
