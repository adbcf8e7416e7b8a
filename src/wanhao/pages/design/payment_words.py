"""Channels and states of payments in the customer's words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import OrderState

CHANNELS: Mapping[Channel, str | Promise] = {
    Channel.WECHAT: _("WeChat Pay"),
    Channel.ALIPAY: _("Alipay"),
}
STATES: Mapping[OrderState, str | Promise] = {
    OrderState.WAITING: _("Waiting to be paid"),
    OrderState.PAID: _("Paid"),
    OrderState.CLOSED: _("Closed, not paid"),
    OrderState.REFUNDING: _("Refund under way"),
    OrderState.PARTLY: _("Refunded in part"),
    OrderState.REFUNDED: _("Refunded"),
}
