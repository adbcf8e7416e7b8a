"""What the room asks of whoever provisions the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wanhao.network.contracts import Barring
from wanhao.network.reachable import Reachable
from wanhao.values.errors import WanhaoError

MOST_SENT = 500
MOST_READ = 1_000


class NetworkAwayError(WanhaoError):
    """Nobody answers, or nothing that was agreed; whether the profiles were taken is not known."""


class BatchRefusedError(WanhaoError):
    """The network takes nothing of what was sent together, because of something in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentProfile:
    """One version of a line's profile as the network is told it."""

    line_id: int
    version: int
    number: int
    barring: Barring
    data: bool
    roaming: bool
    reachable: Reachable


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProfile:
    """What the network holds of a line; it may be anything, so emergency numbers may be missing."""

    line_id: int
    version: int
    number: int
    barring: Barring
    data: bool
    roaming: bool
    calls: frozenset[str]
    messages: frozenset[str]
    incoming: bool

    def lets_as(self, wanted: SentProfile) -> bool:
        """Whether the line may do what is wanted, whatever the version."""
        reachable = wanted.reachable
        return (self.number, self.barring, self.data, self.roaming) == (
            wanted.number,
            wanted.barring,
            wanted.data,
            wanted.roaming,
        ) and (self.calls, self.messages, self.incoming) == (
            reachable.calls,
            reachable.messages,
            reachable.incoming,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the network holds of a line after it was told, and why it did not take it, if so."""

    held: HeldProfile | None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPage:
    """Profiles in the order of their lines; `more` when others follow."""

    profiles: tuple[HeldProfile, ...]
    more: bool


class Provisioning(Protocol):
    """Whoever provisions the network. Each question may raise NetworkAwayError."""

    def put(self, profiles: Sequence[SentProfile]) -> Mapping[int, Answer]:
        """Tell up to MOST_SENT profiles; answers by line, a line it was silent about is left out.

        A version that is not higher than the one held changes nothing. BatchRefusedError when
        nothing of it was taken.
        """
        ...

    def held(self, after: int, through: int | None) -> HeldPage:
        """A page of what it holds for the lines beyond `after`, up to `through` if given."""
        ...

    def held_for(self, number: int) -> Sequence[HeldProfile]:
        """What it holds for every line with a number."""
        ...
