"""The line of a key in a TOML text."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.products.catalogue import CATALOGUE_FOLDER
from wanhao.products.catalogue_lines import Lines

TEXT = """# a file
[family]
code = "x" # [[offering]]

[defaults.prices]
domestic = { voice_fen = 15, data = 30 }

[[offering]]
code = "a = [b"
allowances = [
  # the first
  { service = "voice", quantity = 1 },
  { service = "data", quantity = 2 },
]
fee_fen = 5

[offering.schedule]
tiers = [{ fee_fen = 1 }]

[[offering]]
"code" = 'c'
schedule.mode = "step"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("family", "code"), 3),
        (("defaults", "prices", "domestic"), 6),
        (("defaults", "prices", "domestic", "voice_fen"), 6),
        (("offering", 0), 8),
        (("offering", 0, "code"), 9),
        (("offering", 0, "allowances", 0), 12),
        (("offering", 0, "allowances", 1, "quantity"), 13),
        (("offering", 0, "fee_fen"), 15),
        (("offering", 0, "schedule", "tiers"), 18),
        (("offering", 0, "schedule", "tiers", 0, "fee_fen"), 18),
        (("offering", 1), 20),
        (("offering", 1, "code"), 21),
        (("offering", 1, "schedule", "mode"), 22),
        (("offering", 1, "schedule"), 22),
        (("offering", 1, "missing"), 20),
        (("offering", 7), 8),
        (("nothing",), 1),
    ],
)
def test_every_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(TEXT).of(*path) == line


def paths_in(found: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every path of a document, to its tables and array elements and to its values."""
    inner = (
        list(found.items())
        if isinstance(found, dict)
        else list(enumerate(found))
        if isinstance(found, list)
        else []
    )
    below = [one for key, value in inner for one in paths_in(value, (*path, key))]
    return [path, *below] if path else below


@pytest.mark.parametrize(
    "file", sorted(CATALOGUE_FOLDER.glob("*.toml")), ids=lambda file: file.stem
)
def test_every_key_of_the_catalogue_is_on_its_line(file) -> None:
    text = file.read_text()
    lines, written = Lines(text), text.splitlines()
    for path in paths_in(tomllib.loads(text)):
        named = [part for part in path if isinstance(part, str)][-1]
        around = written[lines.of(*path) - 1]
        assert named in around or around.lstrip().startswith(("{", '"')), path


@given(st.text(alphabet='[]{}=",#ab\n ', max_size=80))
def test_any_text_has_lines(text: str) -> None:
    assert 1 <= Lines(text).of("offering", 0, "a") <= text.count("\n") + 1
