"""One visit to a terminal: what was typed, shown and done, until it is forgotten; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from wanhao.menu.contracts import IdentityLevel

FORGOTTEN_SECONDS = 90
"""A visit without a request for so long is over, whatever the screen does."""

ASKED_SECONDS, COUNTED_SECONDS = 60, 15
"""After so long without a touch the screen asks whether somebody is there, and then counts down."""


class Shown(StrEnum):
    """What a customer showed at a terminal."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105 - the name of a proof
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something done, as its receipt tells; `amount_fen` where money was taken."""

    number: str
    title: str
    words: tuple[str, ...]
    at: datetime
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit. `number` was typed and proves nothing; `line_id` is the line that was proved, 0 for
    none; `code_id` is the code that waits, `ticket_id` the ticket that was taken, `order` the
    payment that was begun for `payee`, any number of ours."""

    key: str
    number: int = 0
    code_id: int = 0
    line_id: int = 0
    shown: frozenset[Shown] = frozenset()
    done: tuple[Done, ...] = ()
    ticket_id: int = 0
    order: str = ""
    payee: int = 0

    @property
    def level(self) -> IdentityLevel:
        """How sure we are: a code from the handset 1, with the service password 2, an identity card
        of the holder 3."""
        if not self.line_id:
            return IdentityLevel.ANYONE
        if Shown.CARD in self.shown:
            return IdentityLevel.STRONG
        if self.shown >= {Shown.CODE, Shown.PASSWORD}:
            return IdentityLevel.VERIFIED
        return IdentityLevel.KNOWN if Shown.CODE in self.shown else IdentityLevel.ANYONE

    def proving(self, line_id: int, shown: Shown) -> "Visit":
        """The same after something was shown for a line; what was shown for another counts no
        more."""
        before = self.shown if line_id == self.line_id else frozenset[Shown]()
        return replace(self, line_id=line_id, shown=before | {shown}, code_id=0)

    def having(self, done: Done) -> "Visit":
        """The same after something was done; once per receipt."""
        if any(one.number == done.number for one in self.done):
            return self
        return replace(self, done=(*self.done, done))


def to_json(visit: Visit) -> dict[str, Any]:
    """As it is kept in the session."""
    return {
        "key": visit.key,
        "number": visit.number,
        "code": visit.code_id,
        "line": visit.line_id,
        "shown": sorted(visit.shown),
        "ticket": visit.ticket_id,
        "order": visit.order,
        "payee": visit.payee,
        "done": [
            [one.number, one.title, list(one.words), one.at.isoformat(), one.amount_fen]
            for one in visit.done
        ],
    }


def from_json(kept: Mapping[str, Any]) -> Visit:
    """As it was kept."""
    return Visit(
        key=kept["key"],
        number=kept["number"],
        code_id=kept["code"],
        line_id=kept["line"],
        shown=frozenset(map(Shown, kept["shown"])),
        ticket_id=kept["ticket"],
        order=kept["order"],
        payee=kept["payee"],
        done=tuple(
            Done(
                number=number,
                title=title,
                words=tuple(words),
                at=datetime.fromisoformat(at),
                amount_fen=amount,
            )
            for number, title, words, at, amount in kept["done"]
        ),
    )
