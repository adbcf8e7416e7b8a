"""Look up payments: where no callback came the channel is asked, until it is paid or closed."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.order_contracts import OrderState, OrderView, Trade, Verdict
from wanhao.billing.orders.actions import claim_look, lock_order, look_again, mark_closed
from wanhao.billing.orders.ports import (
    ChannelAwayError,
    ChannelRefusedError,
    PaymentChannel,
    payment_channel,
)
from wanhao.billing.orders.queries import order as order_of
from wanhao.workflows.hear_of_payment import hear_of_payment


def look_up_payments(now: datetime) -> bool:
    """Ask about one order that is due; whether there was one. Any number of workers may call it."""
    number = claim_look(now)
    if number is None:
        return False
    order = order_of(number)
    assert order is not None, "an order is never deleted"
    try:
        look_up(order, now)
    except (ChannelAwayError, ChannelRefusedError):
        pass
    finally:
        look_again(number, now)
    return True


def look_up(order: OrderView, now: datetime) -> Verdict:
    """Ask the channel of an order; one whose time has passed is closed there and here.

    ChannelAwayError or ChannelRefusedError when the channel does not tell.
    """
    channel = payment_channel(order.channel)
    verdict = hear_of_payment(order.channel, channel.look_up(order.number), now)
    if verdict not in (Verdict.NOT_PAID, Verdict.PUT_ASIDE) or now < order.expires_at:
        return verdict
    if verdict is Verdict.PUT_ASIDE:
        return _closed_here(order)  # what was paid is a person's, and pays no order any more
    return _closed(channel, order, now)


def _closed(channel: PaymentChannel, order: OrderView, now: datetime) -> Verdict:
    """Close at the channel first: nobody may pay what is closed here."""
    try:
        channel.close(order.number)
    except ChannelRefusedError:
        told = channel.look_up(order.number)
        if told.trade in (Trade.PAID, Trade.CLOSED):
            return hear_of_payment(order.channel, told, now)
        raise
    return _closed_here(order)


@transaction.atomic
def _closed_here(order: OrderView) -> Verdict:
    locked = lock_order(order.channel, order.number)
    if locked is not None and locked.state is OrderState.WAITING:
        mark_closed(locked)
    return Verdict.CLOSED
