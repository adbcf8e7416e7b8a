"""What a customer writes into the form of a payment, read without asking anybody; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import CHANNELS, Showing
from wanhao.billing.orders.amounts import AmountFault, read_amount
from wanhao.pages.design.amount_words import amount_fault
from wanhao.values.typed import as_meant

AMOUNTS = (30, 50, 100, 200)
"""Yuan that are offered with one touch."""

NUMBER = re.compile(r"^1\d{10}$", re.ASCII)
ONCE = re.compile(r"^[\w-]{8,32}$", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A payment as it was asked for; `number` None: for the line one is at."""

    amount_fen: int
    channel: Channel
    showing: Showing
    number: int | None
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PayForm:
    """What was written, what is wrong with each part, and the payment when nothing is."""

    amount: str = ""
    number: str = ""
    channel: str = ""
    showing: str = ""
    once: str = ""
    wrong_amount: str = ""
    wrong_number: str = ""
    said: str = ""
    wanted: Wanted | None = None

    def refused(self, said: str) -> "PayForm":
        """The same, with what somebody else had against it."""
        return replace(self, said=said)


def read_form(given: Mapping[str, str], *, checked: bool = True) -> PayForm:
    """Read the form; unchecked, only what stands in it."""
    form = PayForm(
        amount=(given.get("amount") or given.get("other") or "").strip()[:12],
        number=given.get("number", "").strip()[:20],
        channel=given.get("channel", ""),
        showing=given.get("showing", ""),
        once=given.get("once", "") if ONCE.match(given.get("once", "")) else "",
    )
    return _checked(form) if checked else form


def _checked(form: PayForm) -> PayForm:
    fen, number = read_amount(form.amount), as_meant(form.number).replace(" ", "")
    wrong_number = ""
    if number and not NUMBER.match(number):
        wrong_number = gettext("Write the number with its 11 digits.")
    wrong_amount = amount_fault(fen) if isinstance(fen, AmountFault) else ""
    if form.channel not in CHANNELS or form.showing not in set(Showing) or not form.once:
        return replace(form, said=gettext("Please choose how to pay, and try once more."))
    if wrong_number or isinstance(fen, AmountFault):
        return replace(form, wrong_amount=wrong_amount, wrong_number=wrong_number)
    wanted = Wanted(
        amount_fen=fen,
        channel=Channel(form.channel),
        showing=Showing(form.showing),
        number=int(number) if number else None,
        once=form.once,
    )
    return replace(form, wanted=wanted)
