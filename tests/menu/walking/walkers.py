"""Who walks up to a door: one for each, over what really carries the door's questions.

A walker for one more door is one more file with a class like these, named in `conftest.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tests.menu.walking.examples import Example
from wanhao.menu.contracts import Door, IdentityLevel

SHUT = "shut"
"""What is seen of a door that lets nobody in whose line is stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a customer sees at a door: its words; its data and what became of it, where the door
    tells them; the nonce where the door keeps it."""

    text: str
    kind: str = ""
    data: Mapping[str, Any] | None = None
    nonce: str = ""


class Walker(Protocol):
    """Asks at one door for the line with a number."""

    door: Door
    reaches: IdentityLevel
    """As what the asker is known there, without doing more."""

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        """Ask the item; the proposal where it must be confirmed."""
        ...

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        """Confirm what was proposed."""
        ...
