"""What the page of phones calls outward: who is in the cast, and what their handsets received."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

RESOLUTION = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandsetMessage:
    """One short message as the handset shows it, all its parts joined; `own` is one it sent."""

    at: datetime
    sender: str
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CastCard:
    """One person of the demo: who they are, what they show, their plan, and the account that pays.

    What is not known stays empty and is not shown.
    """

    number: int
    name_zh: str
    name_en: str
    story_zh: str
    story_en: str
    shows_zh: str = ""
    shows_en: str = ""
    plan_zh: str = ""
    plan_en: str = ""
    account: str = ""


class CastReader(Protocol):
    """Knows the fixed cast of the demo world."""

    def cast(self) -> tuple[CastCard, ...]:
        """Everybody, in the order they are shown; empty while the demo world is being built."""
        ...


class HandsetReader(Protocol):
    """Asks the local message centre what it delivered."""

    def messages_to(self, numbers: Collection[int]) -> Mapping[int, Sequence[HandsetMessage]]:
        """The latest messages to and from each handset, each oldest first;
        HandsetsUnreachableError when the message centre does not answer in time."""
        ...


class HandsetWriter(Protocol):
    """Lets a handset send."""

    def write(self, number: int, text: str) -> None:
        """Send a text to 10001 from this handset; HandsetsUnreachableError when it cannot go."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """The demo on its way through a month: where it began, where it is, where it goes to, and how
    many times as fast as the machine's its clock runs."""

    began: datetime
    shown: datetime
    goal: datetime
    speed: int

    @property
    def percent(self) -> int:
        """How much of the way is behind it."""
        return int(100 * (self.shown - self.began) / max(self.goal - self.began, RESOLUTION))


class Traveller(Protocol):
    """Lets the demo's clock run ahead."""

    def journey(self) -> Journey | None:
        """Where it is; None while time passes as usual."""
        ...

    def pass_a_month(self) -> None:
        """Let the coming month pass in about ten minutes, unless it does already."""
        ...


class HandsetsUnreachableError(Exception):
    """The message centre of the demo does not answer."""


@dataclass(slots=True)
class Phones:
    """The readers the page was given; None outside the demo."""

    cast: CastReader | None = None
    handsets: HandsetReader | None = None
    traveller: Traveller | None = None
    writer: HandsetWriter | None = None


PHONES = Phones()


def provide_phones(
    cast: CastReader,
    handsets: HandsetReader,
    traveller: Traveller | None = None,
    writer: HandsetWriter | None = None,
) -> None:
    """Give the page what it asks; called once when the web process starts."""
    PHONES.cast, PHONES.handsets = cast, handsets
    PHONES.traveller, PHONES.writer = traveller, writer
