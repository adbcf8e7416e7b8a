"""What readings of customers' data were for, and why, in words."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.outlets.counter_contracts import Purpose

SUBJECTS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "line": _("number %(one)s"),
        "account": _("account %(one)s"),
        "payment": _("payment %(one)s"),
        "care file": _("care file %(one)s"),
        "lost claim": _("lost claim %(one)s"),
        "quarantined record": _("quarantined record %(one)s"),
        "message": _("message %(one)s"),
        "search by": _("search"),
    }
)
USES: tuple[tuple[re.Pattern[str], str | Promise], ...] = tuple(
    (re.compile(purpose), said)
    for purpose, said in (
        (r"revealed name", _("name shown whole")),
        (r"revealed number", _("number shown whole")),
        (r"revealed mail", _("mail address shown whole")),
        (r"served at (?P<hall>\S+)", _("served at hall %(hall)s")),
        (r"counter", _("search at the counter")),
        (r"receipt", _("receipt printed again")),
        (r"use by day at the hall", _("use by day, online hall")),
        (r"bill (?P<cycle>\d+) at the hall", _("bill of %(cycle)s, online hall")),
        (r"bill (?P<cycle>\d+)", _("bill of %(cycle)s")),
        (r"bills", _("Bills")),
        (r"statement", _("Statement")),
        (r"points", _("Points")),
        (r"message", _("text of a message")),
        (r"messages", _("list of messages")),
        (r"payment", _("A payment")),
        (r"quarantine", _("Quarantine")),
        (r"detail at (?P<door>\w+).*", _("detailed records (%(door)s)")),
        (r"privacy at (?P<door>\w+).*", _("personal data (%(door)s)")),
        (r"dispute (?P<one>\d+)", _("dispute %(one)s")),
        (r"give back what was lost", _("give back what was lost")),
    )
)
REASONS: Mapping[str, str | Promise] = MappingProxyType(
    {
        Purpose.INFORMATION.value: _("A question"),
        Purpose.CHANGE.value: _("A change of plan or pack"),
        Purpose.PAYMENT.value: _("A payment"),
        Purpose.CARD.value: _("A card or a new line"),
        Purpose.REPAIR.value: _("A fault"),
        Purpose.COMPLAINT.value: _("A complaint"),
        Purpose.OTHER.value: _("Something else"),
    }
)


def use_in_words(purpose: str) -> str:
    """What it was for; as it was noted where there is no word for it."""
    for noted, said in USES:
        if found := noted.fullmatch(purpose):
            return str(said) % found.groupdict()
    return purpose


def reason_in_words(reason: str) -> str:
    """Why: what a clerk chose, and what was added to it in a few words."""
    chosen, _space, note = reason.partition(" ")
    if chosen not in REASONS:
        return reason
    return f"{REASONS[chosen]} · {note}" if note else str(REASONS[chosen])
