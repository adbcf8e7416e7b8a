"""What is wrong with an amount, in words that say what to write."""

from django.utils.translation import gettext

from wanhao.billing.order_contracts import LEAST_FEN, MOST_FEN
from wanhao.billing.orders.amounts import AmountFault
from wanhao.pages.design.speech import money


def amount_fault(fault: AmountFault, least_fen: int = LEAST_FEN, most_fen: int = MOST_FEN) -> str:
    """One sentence for each fault; the limits are those the amount was read with."""
    if fault is AmountFault.TOO_FINE:
        return gettext("Write at most two digits after the point, as 12.34.")
    if fault is AmountFault.TOO_LITTLE:
        return gettext("Write an amount of at least %(least)s.") % {"least": money(least_fen)}
    if fault is AmountFault.TOO_MUCH:
        return gettext("Write an amount of at most %(most)s.") % {"most": money(most_fen)}
    return gettext("Write an amount in yuan, as 50 or 50.50.")
