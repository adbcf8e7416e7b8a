"""Begin a payment at a channel: the order is written down, then the channel is asked to show it."""

from datetime import datetime

from wanhao.billing.order_contracts import NewOrder, OrderState, OrderView
from wanhao.billing.orders.actions import note_shown, open_order
from wanhao.billing.orders.ports import payment_channel
from wanhao.billing.orders.queries import order as order_of
from wanhao.values.errors import WanhaoError


def begin_payment(asked: NewOrder, now: datetime, payer_ip: str = "") -> OrderView:
    """An order the customer can pay now; the same reference again gives the same order.

    `payer_ip` goes to the channel where it asks for it, and is not kept. The channel is asked
    outside of any transaction of this function. ChannelAwayError when it does not
    answer: ask again with the same reference. WanhaoError as `open_order` says, or when the order
    has ended meanwhile.
    """
    channel = payment_channel(asked.channel)
    order = open_order(asked, now)
    if order.state is OrderState.WAITING and now >= order.expires_at:
        raise WanhaoError("The time to pay this has passed.", "Begin a new payment.")
    if order.state is not OrderState.WAITING or order.address:
        return order
    note_shown(order.number, channel.begin(order, payer_ip))
    found = order_of(order.number)
    assert found is not None, "an order is never deleted"
    return found
