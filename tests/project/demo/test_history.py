"""The month so far: within the cycle, never in the future, the same each time."""

from datetime import datetime, timedelta

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from tests.project.demo.plain_loop import count
from wanhao.products.catalogue import read_catalogue
from wanhao.project.demo.cast import cast, cast_accounts
from wanhao.project.demo.habits import Habits, habits_of
from wanhao.project.demo.history import cast_history, cast_month, drop_month, month_so_far
from wanhao.project.demo.population import population
from wanhao.project.demo.usage_files import COLUMNS
from wanhao.values.cycle import SHANGHAI, Cycle

CYCLE = Cycle(202611)
INSTANTS = {
    "the first at 00:05": CYCLE.start + timedelta(minutes=5),
    "the very first instant": CYCLE.start,
    "in mid-month": CYCLE.start + timedelta(days=14, hours=11),
    "the last second": CYCLE.end - timedelta(seconds=1),
}


@pytest.fixture(scope="module")
def habits() -> Habits:
    return habits_of(population(2000), read_catalogue(), CYCLE.number)


@pytest.mark.parametrize("now", INSTANTS.values(), ids=INSTANTS.keys())
def test_records_of_the_cast_lie_in_the_cycle_and_not_in_the_future(now):
    for record in cast_history(CYCLE, now):
        assert CYCLE.start.timestamp() <= record.start <= now.timestamp()


@pytest.mark.parametrize("now", INSTANTS.values(), ids=INSTANTS.keys())
def test_the_cast_are_told_the_same_whatever_the_day(now):
    told = count(cast_history(CYCLE, now)).told
    for account in cast_accounts():
        for group in account.groups:
            assert _told(group, told, now) == _told(group, {m.number: m.told for m in group}, now)


def _told(group, told, now):
    """Who is told of what; in the very first instant a family uses all at once, and anybody may be
    the one."""
    if now == CYCLE.start:
        return sorted(rule for member in group for rule in told.get(member.number, ()))
    return {member.number: set(told.get(member.number, ())) for member in group}


def test_a_month_ahead_has_its_days_within_the_month():
    days = {(member.number, each.day) for member in cast() for each in member.month}
    numbers = {number for number, _ in days}
    records = [record for record in cast_month(CYCLE) if record.number in numbers]
    at = [(record.number, datetime.fromtimestamp(record.start, SHANGHAI)) for record in records]
    assert {(number, start.day) for number, start in at} == days
    assert {start.month for _, start in at} == {11}
    assert all(9 <= start.hour < 21 for _, start in at)


def test_who_has_no_days_of_its_own_uses_the_same_in_a_month_ahead():
    own = {member.number for member in cast() if member.month}
    ahead = [record for record in cast_month(CYCLE) if record.number not in own]
    assert ahead == [one for one in cast_history(CYCLE, CYCLE.end) if one.number not in own]


@pytest.mark.parametrize(
    "records",
    [cast_history(CYCLE, INSTANTS["in mid-month"]), cast_month(CYCLE)],
    ids=["the month so far", "a month ahead"],
)
def test_identities_are_unique_and_short_enough(records):
    assert len({record.record_id for record in records}) == len(records)
    assert max(len(record.record_id) for record in records) <= 32


@pytest.mark.parametrize("now", INSTANTS.values(), ids=INSTANTS.keys())
def test_everybodys_month_lies_in_the_cycle(habits, now):
    start = month_so_far(habits, CYCLE, now).column("start").to_numpy()
    assert start.min() >= CYCLE.start.timestamp()
    assert start.max() <= now.timestamp()


def test_the_history_is_dropped_once_per_cycle(habits, tmp_path):
    inbox = tmp_path / "inbox"
    now = INSTANTS["in mid-month"]
    assert drop_month(inbox, now, habits)
    assert sorted(path.name for path in inbox.iterdir()) == [
        "cast-history-202611.csv",
        "month-so-far-202611.parquet",
    ]
    assert not drop_month(inbox, now + timedelta(days=3), habits)
    assert drop_month(inbox, CYCLE.end + timedelta(hours=1), habits)


def test_an_interrupted_drop_is_repeated_with_the_same_content(habits, tmp_path):
    inbox = tmp_path / "inbox"
    now = INSTANTS["in mid-month"]
    drop_month(inbox, now, habits)
    first = {path.name: path.read_bytes() for path in inbox.iterdir()}
    note = next((tmp_path / "demo").glob("history-*.json"))
    note.write_text(note.read_text().replace("true", "false"))
    drop_month(inbox, now + timedelta(hours=5), habits)
    assert {path.name: path.read_bytes() for path in inbox.iterdir()} == first


def test_both_files_have_the_columns_of_a_usage_file(habits, tmp_path):
    drop_month(tmp_path / "inbox", INSTANTS["in mid-month"], habits)
    text = pa_csv.read_csv(tmp_path / "inbox" / "cast-history-202611.csv")
    columns = pq.read_table(tmp_path / "inbox" / "month-so-far-202611.parquet")
    assert tuple(text.column_names) == tuple(columns.column_names) == COLUMNS


def test_few_lines_begin_the_month_beyond_80_per_cent(habits):
    """Otherwise the first minute would flood the message centre."""
    plans = {plan.code: plan for plan in read_catalogue()}
    accounts = population(2000)
    used = dict(zip(habits.number.tolist(), habits.used_seconds.tolist(), strict=True))
    octets = dict(zip(habits.number.tolist(), habits.used_octets.tolist(), strict=True))
    beyond = 0
    for account in accounts:
        plan = plans[account.plan]
        for group in account.groups:
            minutes = sum(used[line.number] for line in group) // 60
            data = sum(octets[line.number] for line in group)
            beyond += minutes * 100 >= 80 * plan.voice_minutes
            beyond += data * 100 >= 80 * plan.data_mb * 1024 * 1024
    assert 0 <= beyond <= 15
