"""What for somebody looked at a customer's data, in words; the records keep codes.

`PURPOSES` has a line for everything that is ever recorded. What a pattern finds is put into its
words, doors, months, items and fields by their names.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.menu.contracts import Door
from wanhao.menu.registry import items
from wanhao.menu.wording import full_month
from wanhao.outlets.counter_contracts import Purpose
from wanhao.pages.design.counter_words import FIELDS
from wanhao.pages.design.counter_words import PURPOSES as WANTED
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.speech import spoken

Text = str | Promise
LONGEST_CYCLE = 6
AT_COUNTER = re.compile("counter|served at .+|revealed .+")
DOORS: Mapping[str, Text] = MappingProxyType(
    {
        Door.SMS.value: _("10001 by SMS"),
        Door.HOTLINE.value: _("the hotline"),
        Door.WEB.value: _("the online hall"),
        Door.APP.value: _("the app"),
        Door.CHAT.value: _("the chat"),
        Door.TERMINAL.value: _("a terminal"),
        Door.COUNTER.value: _("the counter"),
        Door.AGENT.value: _("an agent"),
        Door.ASSISTANT.value: _("an assistant"),
        Door.API.value: _("an interface"),
        Door.COMMAND.value: _("a command"),
    }
)
PURPOSES: Sequence[tuple[re.Pattern[str], Text]] = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        ("use by day at the hall", _("Use by day, in the online hall")),
        (r"bill (?P<month>\d+) at the hall", _("Bill of %(month)s, in the online hall")),
        (r"detail at the hall", _("Records one by one, in the online hall")),
        ("detail as (?P<form>.+) at the hall", _("Records as %(form)s, in the online hall")),
        (r"detail at (?P<door>\w+)(?: by (?P<who>.*))?", _("Records one by one, by %(door)s")),
        (r"privacy at (?P<door>\w+)", _("What is kept of oneself, by %(door)s")),
        ("dispute", _("A record to be disputed")),
        (r"dispute (?P<one>\d+)", _("Dispute %(one)s")),
        ("give back what was lost", _("Giving back what was lost")),
        ("receipt", _("A receipt printed")),
        ("revealed (?P<field>.+)", _("Shown whole: %(field)s")),
        ("counter", _("Looked up at the counter")),
        ("served at (?P<hall>.+)", _("Served at %(hall)s")),
        ("message", _("A message")),
        ("messages", _("Messages of a number")),
        ("test message by (?P<who>.+)", _("Test message by %(who)s")),
        ("statement", _("Statement of an account")),
        ("statement by command", _("Statement of an account, by command")),
        ("quarantine", _("A record put aside")),
        ("quarantine by command", _("A record put aside, by command")),
        ("payment", _("A payment at a channel")),
        ("bill", _("A bill, by command")),
        ("bills", _("Bills of an account")),
        (r"bill (?P<month>\d+)", _("Bill of %(month)s")),
        ("points", _("Points of an account")),
        ("points by command", _("Points of an account, by command")),
        ("reminders", _("Why reminders came or did not")),
        ("explanation", _("Why reminders came or did not")),
        ("explanation by command", _("Why reminders came or did not, by command")),
        ("credit by command", _("Debts and stops of an account, by command")),
        ("looked up contact by command", _("How a customer is reached, by command")),
        ("switched reminders by command", _("Reminders switched, by command")),
        ("network profile by command", _("What the network knows of a line, by command")),
        ("care file", _("A care file")),
        ("auction", _("Bids for a number")),
        ("care file by command", _("A care file, by command")),
        (
            "confirm by assistant, token (?P<one>.+)",
            _("A yes by an assistant, token %(one)s"),
        ),
        (
            r"(?P<item>[\w-]+) by assistant, token (?P<one>.+)",
            _("%(item)s, by an assistant, token %(one)s"),
        ),
        (
            r"export (?P<month>\d+) by (?P<who>.+?), (?P<why>.+)",
            _("Records of %(month)s as a file, by %(who)s: %(why)s"),
        ),
        (
            r"ask (?P<item>\S+) by (?P<who>.+), level (?P<one>\d+): (?P<why>.+)",
            _("%(item)s, asked by command, by %(who)s at level %(one)s: %(why)s"),
        ),
        (
            r"confirm by (?P<who>.+), level (?P<one>\d+): (?P<why>.+)",
            _("A yes by command, by %(who)s at level %(one)s: %(why)s"),
        ),
    )
)
SUBJECTS: Mapping[str, Text] = MappingProxyType(
    {
        "line": _("number %(one)s"),
        "account": _("account %(one)s"),
        "payment": _("payment %(one)s"),
        "message": _("message %(one)s"),
        "care file": _("care file %(one)s"),
        "lot": _("lot %(one)s"),
        "lost claim": _("lost claim %(one)s"),
        "quarantined record": _("quarantined record %(one)s"),
        "search by": _("a search by %(one)s"),
    }
)
SEARCHED: Mapping[str, Text] = MappingProxyType(
    {
        "number": _("number of a line"),
        "document": _("number of a document"),
        "name": _("name of a customer"),
    }
)


def purpose_words(purpose: str) -> str:
    """What for, in words; what was recorded where no words are known for it."""
    for pattern, words in PURPOSES:
        if found := pattern.fullmatch(purpose):
            parts = {name: _part(name, value or "") for name, value in found.groupdict().items()}
            return str(words) % parts if parts else str(words)
    return purpose


def subject_words(kind: str, one: str) -> str | None:
    """Whose, where words are known for the kind."""
    words = SUBJECTS.get(kind)
    if words is None:
        return None
    return str(words) % {"one": SEARCHED.get(one, one) if kind == "search by" else one}


def reason_words(purpose: str, reason: str) -> str:
    """Why; at the counter a clerk chose it, and may have written more."""
    chosen, _space, note = reason.partition(" ")
    if not AT_COUNTER.fullmatch(purpose) or chosen not in set(Purpose):
        return reason
    if note and chosen == Purpose.OTHER:
        return note
    return " · ".join(part for part in (str(WANTED[Purpose(chosen)]), note) if part)


def _part(name: str, value: str) -> str:
    named = NAMED.get(name)
    return named(value) if named else value


def _month(value: str) -> str:
    if len(value) != LONGEST_CYCLE or not 1 <= int(value[4:]) <= 12:
        return value
    return full_month(int(value), language_of_page())


def _item(value: str) -> str:
    item = items().get(value)
    return value if item is None else spoken(item.zh, item.en)


NAMED: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "door": lambda value: str(DOORS.get(value, value)),
        "field": lambda value: str(FIELDS.get(value, value)),
        "month": _month,
        "item": _item,
    }
)
