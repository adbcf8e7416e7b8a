"""The texts of `bill_words.toml`, by section, name and language."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from wanhao.parties.contracts import Language

FILE = Path(__file__).with_name("bill_words.toml")
Phrases = Mapping[str, Mapping[str, Mapping[str, str]]]


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """Every text of the file."""
    with FILE.open("rb") as file:
        return tomllib.load(file)


def phrase(section: str, name: str, language: Language, /, **figures: str | int) -> str:
    """One text with its figures filled in."""
    return phrases()[section][name][language.value].format(**figures)
