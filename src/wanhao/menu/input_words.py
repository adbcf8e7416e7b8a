"""What the inputs of items are called where people fill them in, as `inputs.toml` says."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_name("inputs.toml")
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputWords:
    """An input's words, pairs of Chinese and English; the head of the file says what each is."""

    label: Pair
    hint: Pair = ("", "")
    choices: Mapping[str, Pair] = field(default_factory=dict)
    source: str = ""
    none: Pair = ("", "")
    secret: bool = False
    decimal: bool = False
    hidden: bool = False
    proof: bool = False


@lru_cache(maxsize=1)
def all_words() -> Mapping[tuple[str, str], InputWords]:
    """What the file says, by item and field."""
    rows = tomllib.loads(FILE.read_text())
    return MappingProxyType(
        {(item, name): _words(row) for item, named in rows.items() for name, row in named.items()}
    )


def words_of(item: str, name: str) -> InputWords:
    """Of one input; its own name where the file says nothing."""
    return all_words().get((item, name)) or InputWords(label=(name, name))


def _words(row: dict[str, object]) -> InputWords:
    renamed = {("source" if key == "from" else key): value for key, value in row.items()}
    pairs = {key: tuple(value) for key, value in renamed.items() if isinstance(value, list)}
    choices = row.get("choices", {})
    assert isinstance(choices, dict)
    renamed["choices"] = {key: tuple(pair) for key, pair in choices.items()}
    return InputWords(**{**renamed, **pairs})  # type: ignore[arg-type]
