"""Refusals in the customer's words.

Rooms below say in English what is wrong; `refusals.toml` says it in both languages for customers.
Codes of offerings are told by name.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from wanhao.menu.contracts import RefusedError
from wanhao.outlets.hours import hours_in_words
from wanhao.products.queries import offering_names
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("refusals.toml")
UNKNOWN_ZH = "暂时不能办理，请拨打10000由客服为您处理。"
OFFERINGS = ("offering", "other")
"""Groups of a pattern that find the code of an offering."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said when a room's own message and remedy begin like this; it may use what the groups
    found."""

    begins: re.Pattern[str]
    zh: str
    en: str


@lru_cache(maxsize=1)
def wordings() -> tuple[Wording, ...]:
    """What the file says."""
    rows = tomllib.loads(FILE.read_text())["refusal"]
    return tuple(Wording(re.compile(row["begins"]), row["zh"], row["en"]) for row in rows)


def refusal_of(error: WanhaoError) -> RefusedError:
    """An error in the customer's words."""
    if isinstance(error, RefusedError):
        return error
    for wording in wordings():
        found = wording.begins.match(str(error))
        if found:
            zh, en = _named(found.groupdict())
            return RefusedError(wording.zh.format(**zh), wording.en.format(**en))
    return RefusedError(UNKNOWN_ZH, f"This cannot be done now. {error}")


def _named(found: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What the groups found, in both languages."""
    codes = {name: found[name] for name in OFFERINGS if name in found}
    names = offering_names(codes.values()) if codes else {}
    both = [
        {name: names.get(code, (code, code))[place] for name, code in codes.items()}
        for place in (0, 1)
    ]
    if "hours" in found:
        for words, hours in zip(both, hours_in_words(found["hours"]), strict=True):
            words["hours"] = hours
    return {**found, **both[0]}, {**found, **both[1]}
