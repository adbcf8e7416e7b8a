"""Payments, refunds and differences in words for those who look after them."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.billing.order_contracts import DifferenceKind, RefundState, Verdict
from wanhao.menu.contracts import Door
from wanhao.pages.design.payment_words import CHANNELS, STATES

__all__ = ["CHANNELS", "DIFFERENCES", "DOORS", "REFUNDS", "SAID", "STATES", "VERDICTS"]

REFUNDS: Mapping[RefundState, str | Promise] = {
    RefundState.ASKED: _("asked; the channel is at work"),
    RefundState.DONE: _("done"),
    RefundState.FAILED: _("refused by the channel; the account has its money again"),
}
DIFFERENCES: Mapping[DifferenceKind, str | Promise] = {
    DifferenceKind.OTHER_AMOUNT: _("another amount was paid"),
    DifferenceKind.UNKNOWN_ORDER: _("paid, but no order of ours"),
    DifferenceKind.PAID_TWICE: _("an order paid twice"),
    DifferenceKind.UNBOOKABLE: _("the account cannot take it"),
    DifferenceKind.MISSING_HERE: _("paid there, not here"),
    DifferenceKind.MISSING_THERE: _("paid here, not there"),
    DifferenceKind.REFUND_UNKNOWN: _("a refund nobody here asked for"),
    DifferenceKind.REFUND_MISSING: _("refunded here, not there"),
    DifferenceKind.REFUND_AMOUNT: _("another amount was refunded"),
}
VERDICTS: Mapping[Verdict, str | Promise] = {
    Verdict.BOOKED: _("booked"),
    Verdict.BOOKED_LATE: _("booked, after the order was closed"),
    Verdict.KNOWN: _("known already; nothing changed"),
    Verdict.NOT_PAID: _("not paid; nothing changed"),
    Verdict.CLOSED: _("closed, not paid"),
    Verdict.REFUNDED: _("the refund is done"),
    Verdict.REFUND_FAILED: _("the refund was refused"),
    Verdict.PUT_ASIDE: _("put aside; not booked"),
    Verdict.FORGED: _("not signed by the channel; refused"),
    Verdict.UNREADABLE: _("not understood; refused"),
}
DOORS: Mapping[str, str | Promise] = {
    Door.WEB.value: _("the online hall"),
    Door.APP.value: _("the app"),
    Door.TERMINAL.value: _("a terminal"),
}
SAID: Mapping[str, str | Promise] = {
    "settled": _("Settled, with your note."),
    "refund-done": _("The money is on its way back."),
    "refund-asked": _("The channel is asked until it has answered; nothing is lost."),
    "refund-failed": _("The channel refused. The account has its money again."),
}
