"""Profiles as they go over the wire; what is not as agreed is refused whole.

Fields not named here are passed over, so that the other side may add some.
"""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from wanhao.network.contracts import Barring
from wanhao.network.ports import MOST_READ, MOST_SENT, Answer, HeldProfile, SentProfile

MOST_NUMBERS = 100
LONGEST_REASON = 200

Whole = Annotated[int, Field(ge=1, le=2**63 - 1)]
Digits = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
Numbers = Annotated[list[Digits], Field(max_length=MOST_NUMBERS)]


class _Told(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class WireReachable(_Told):
    """What stays reachable."""

    calls: Numbers
    messages: Numbers
    incoming: bool


class WireProfile(_Told):
    """One version of a line's profile."""

    line: Whole
    version: Whole
    number: Annotated[int, Field(ge=10_000_000_000, le=19_999_999_999)]
    barring: Annotated[Barring, Field(strict=False)]
    data: bool
    # Whoever was told before there was such a field holds profiles without it.
    roaming: bool = False
    reachable: WireReachable

    def held(self) -> HeldProfile:
        """As the room speaks of it."""
        return HeldProfile(
            line_id=self.line,
            version=self.version,
            number=self.number,
            barring=self.barring,
            data=self.data,
            roaming=self.roaming,
            calls=frozenset(self.reachable.calls),
            messages=frozenset(self.reachable.messages),
            incoming=self.reachable.incoming,
        )


class WireAnswer(_Told):
    """What became of one profile."""

    line: Whole
    held: WireProfile | None
    refused: Annotated[str, Field(max_length=LONGEST_REASON)] = ""

    def answer(self) -> Answer:
        """As the room speaks of it."""
        return Answer(held=None if self.held is None else self.held.held(), refused=self.refused)


class WireAnswers(_Told):
    """What became of the profiles that were sent together."""

    answers: Annotated[list[WireAnswer], Field(max_length=MOST_SENT)]


class WirePage(_Told):
    """Profiles in the order of their lines."""

    profiles: Annotated[list[WireProfile], Field(max_length=MOST_READ)]
    more: bool = False


def on_the_wire(profile: SentProfile) -> dict[str, Any]:
    """A profile as JSON has it."""
    return {
        "line": profile.line_id,
        "version": profile.version,
        "number": profile.number,
        "barring": profile.barring.value,
        "data": profile.data,
        "roaming": profile.roaming,
        "reachable": {
            "calls": sorted(profile.reachable.calls),
            "messages": sorted(profile.reachable.messages),
            "incoming": profile.reachable.incoming,
        },
    }
