"""What each item is asked in the walk, and what must come back: the file beside this one."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question to an item, and what its answer holds; see the head of the file."""

    item: str
    says: str
    given: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    proposes: str = ""
    price: Mapping[str, Any] | None = None
    sms: str = ""
    plan: str = "lexiang-4g-59"
    holds: Sequence[str] = ()
    data_stopped: bool = False
    before: str = ""
    billed: bool = False
    shut: Sequence[str] = ()

    def filled(self, **named: object) -> dict[str, Any]:
        """What is given, with names in braces put in."""
        return {
            key: value.format(**named) if isinstance(value, str) else value
            for key, value in self.given.items()
        }


@lru_cache(maxsize=1)
def examples() -> Mapping[str, Example]:
    """The example of each item."""
    rows = tomllib.loads(FILE.read_text())
    return {item: Example(item=item, **row) for item, row in rows.items()}


def holds(found: object, wanted: object) -> bool:
    """Whether data hold what is wanted: of a mapping its keys, of a list each in any place."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and holds(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, Sequence) and all(
            any(holds(one, value) for one in found) for value in wanted
        )
    return found == wanted


def says(text: str, wanted: str) -> bool:
    """Whether words hold what is wanted, over as many lines as there are."""
    return bool(wanted) and re.search(wanted, text, re.DOTALL) is not None
