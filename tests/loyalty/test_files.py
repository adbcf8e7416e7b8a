"""The data files are right, and a mistake in one is told with its place."""

from collections.abc import Callable
from pathlib import Path

import pytest

from wanhao.loyalty.earning import POINTS_FILE, read_points_rules
from wanhao.loyalty.growing import STARS_FILE, read_star_rules
from wanhao.values.errors import WanhaoError


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('source = "published"', "", "earning does not name its source"),
        ("fen_per_point = 100", "fen_per_point = 0", "'fen_per_point' must be"),
        ('"penalty"', '"pennies"', "'pennies' is not a valid Charge"),
        ('code = "network-age"', 'code = "age"', "'age' is not a reward"),
        ("from_month = 13", "", "'from_month' is missing"),
        ("first_day = 5 # of the month", "first_day = 40 # of the month", "'first_day' must be"),
        ('code = "cinema"', 'code = "umbrella"', "'umbrella' is there twice"),
        ("points = 100\n", "points = 0\n", "'points' must be"),
        ("[validity]", "[validity", "Expected"),
    ],
)
def test_a_mistake_about_points_is_told(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert_told(tmp_path, POINTS_FILE, was, becomes, told, read_points_rules)


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("growth = 600\n", "growth = 1000\n", "each star for more than the one below"),
        ("star = 7", "star = 8", "'star' must be"),
        ("star = 7", "star = 6", "0 to 7 in their order"),
        ('{ code = "free-move", times = 1 }', '{ code = "fly" }', "'fly', which is no right"),
        ('name_en = "Free move"', "", "name_en"),
    ],
)
def test_a_mistake_about_stars_is_told(tmp_path: Path, was: str, becomes: str, told: str) -> None:
    assert_told(tmp_path, STARS_FILE, was, becomes, told, read_star_rules)


def assert_told(
    folder: Path, file: Path, was: str, becomes: str, told: str, read: Callable[[Path], object]
) -> None:
    read(file)
    text = file.read_text()
    assert was in text
    wrong = folder / file.name
    wrong.write_text(text.replace(was, becomes, 1))
    with pytest.raises(WanhaoError, match=told) as refusal:
        read(wrong)
    assert file.name in refusal.value.message
