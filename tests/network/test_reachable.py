"""Emergency numbers stay reachable whatever a line is barred from; no list goes without."""

from datetime import date
from pathlib import Path

import pytest

from wanhao.network.contracts import Barring
from wanhao.network.reachable import EMERGENCY, FILE, Reachable, read_reachable
from wanhao.values.errors import WanhaoError

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("barring", "calls", "messages", "incoming"),
    [
        (Barring.NONE, {"110", "119", "120", "122", "10000"}, {"10001"}, True),
        (Barring.OUTGOING, {"110", "119", "120", "122", "10000"}, {"10001"}, True),
        (Barring.ALL, {"110", "119", "120", "122", "10000"}, {"10001"}, False),
        (Barring.REMOVED, {"110", "119", "120", "122"}, set(), False),
    ],
)
def test_what_stays_reachable(
    barring: Barring, calls: set[str], messages: set[str], incoming: bool
) -> None:
    stays = read_reachable().on(TODAY)[barring]
    assert (stays.calls, stays.messages, stays.incoming) == (calls, messages, incoming)


@pytest.mark.parametrize("number", sorted(EMERGENCY))
def test_a_list_that_lacks_an_emergency_number_is_refused(number: str, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FILE.read_text().replace(f'"{number}"', '"12345"'))
    with pytest.raises(WanhaoError, match=f"own.toml: A line could not reach {number}"):
        read_reachable(own)


def test_nothing_can_be_said_to_stay_reachable_without_them() -> None:
    with pytest.raises(WanhaoError, match="110, 119, 122"):
        Reachable(calls=frozenset({"120", "10000"}), messages=frozenset(), incoming=True)


def test_a_list_holds_from_its_day_until_the_next(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    later = FILE.read_text().replace("2014-01-01", "2027-01-01").replace("10000", "10099")
    own.write_text(later + "\n" + FILE.read_text())
    lists = read_reachable(own)
    before, since = (lists.on(day)[Barring.ALL] for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert "10000" in before.calls
    assert "10099" in since.calls
    with pytest.raises(WanhaoError, match="in force on 2013-12-31"):
        lists.on(date(2013, 12, 31))


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("[[list]]", "[[lists]]", "list is missing"),
        ("calls = ", "call = ", "calls is missing"),
        ('"10000"', "10000", "10000, which is no number in quotes"),
        ('"10000"', '"1000O"', "'1000O', which is no number in quotes"),
        ('"10000"', f'"{"1" * 21}"', "too long"),
        ('["10001"]', '"10001"', "messages is no list"),
        ('"outgoing"]', '"outward"]', "'outward' is not a valid Barring"),
        ("2014-01-01", '"2014"', "not a day"),
        ("emergency", "emergency emergency", "Expected"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(
    right: str, wrong: str, told: str, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    rows = FILE.read_text()
    begin = rows.index("[[list]]")
    own.write_text(rows[begin:].replace(right, wrong, 1))
    with pytest.raises(WanhaoError, match=f"own.toml: .*{told}"):
        read_reachable(own)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WanhaoError, match=r"gone.toml cannot be read"):
        read_reachable(tmp_path / "gone.toml")
