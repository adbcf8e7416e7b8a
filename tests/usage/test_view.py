"""Reading what a running meter has counted so far, without the database."""

from datetime import timedelta

import numpy as np
import pytest

from tests.usage.months import DECEMBER, MIDNIGHT
from tests.usage.operators import (
    CYCLE,
    MB,
    NOW,
    QIAN,
    ZHAO,
    KeepingSink,
    drop,
    group,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.metering.closing import closed_cells
from wanhao.metering.meters import DATA
from wanhao.usage.contracts import LineFact, Service
from wanhao.usage.ports import OutOfReachError
from wanhao.usage.use_contracts import ServiceUse, ZoneUse
from wanhao.usage.view.reader import LocalReader

pytestmark = pytest.mark.django_db(transaction=True)


def home(use) -> dict:
    """Use and allowance at home by service."""
    return {one.service: (one.used, one.allowance) for one in use.home}


def test_a_reader_sees_what_was_counted_and_when(tmp_path):
    two_customers(fen=2000)
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=90), row(2, service="data", quantity=200 * MB)])
    settle(made)
    use = LocalReader(made.folders.root).use_of(1)
    assert use.home == (
        ServiceUse(service=Service.VOICE, used=2, allowance=100),
        ServiceUse(service=Service.MESSAGE, used=0, allowance=30),
        ServiceUse(service=Service.DATA, used=200 * MB, allowance=500 * MB),
    )
    assert (use.group_id, use.account_id, use.cycle, use.voice_unit) == (1, 1, CYCLE, 60)
    assert (use.charge_fen, use.left_fen) == (0, 2000)
    assert (use.as_of, use.batch) == (NOW, made.state.last_batch)


def test_a_reader_follows_the_meter(tmp_path):
    two_customers()
    made = meter(tmp_path)
    settle(made)
    reader = LocalReader(made.folders.root)
    assert reader.use_of(1).home[0].used == 0
    for calls in range(1, 4):
        drop(tmp_path, f"{calls}.csv", [row(calls, quantity=60)])
        settle(made)
        assert reader.use_of(1).home[0].used == calls


def test_charges_and_what_is_left_are_the_accounts(tmp_path):
    two_customers(fen=2000)
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 110), row(2, QIAN, quantity=60 * 120)])
    settle(made)
    reader = LocalReader(made.folders.root)
    assert (reader.use_of(1).charge_fen, reader.use_of(1).left_fen) == (150, 1850)
    assert (reader.use_of(2).charge_fen, reader.use_of(2).left_fen) == (300, None)


def test_use_abroad_stands_beside_that_at_home(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, zone="roaming"), row(2, zone="free"), row(3)])
    settle(made)
    use = LocalReader(made.folders.root).use_of(1)
    assert use.abroad == (ZoneUse(zone="roaming", service=Service.VOICE, units=1),)
    assert home(use)[Service.VOICE] == (1, 100)


def test_a_pack_bought_in_the_month_is_part_of_the_allowance(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, service="data", quantity=510 * MB)])
    settle(made)
    tell(group(1, packs=(pack(7),)))
    settle(made)
    used, allowance = home(LocalReader(made.folders.root).use_of(1))[Service.DATA]
    assert (used, allowance) == (500 * MB, 600 * MB)


def test_a_group_that_the_meter_does_not_know_has_no_row(tmp_path):
    two_customers()
    made = meter(tmp_path)
    settle(made)
    reader = LocalReader(made.folders.root)
    assert reader.use_of(3) is None
    assert reader.use_of(0) is None
    assert reader.use_of(10**12) is None
    assert sorted(reader.uses_of([1, 2, 3])) == [1, 2]


def test_new_customers_are_found_however_the_meter_makes_room(tmp_path):
    two_customers()
    made = meter(tmp_path)
    settle(made)
    reader = LocalReader(made.folders.root)
    assert reader.use_of(1) is not None
    for first in (10, 100, 1000):
        many = range(first, 10 * first)
        tell(*(group(number) for number in many))
        tell(*(LineFact(number=ZHAO + number, group_id=number, since=0) for number in many))
        settle(made)
        rows = [row(number, ZHAO + number, quantity=60 * (number % 50 + 1)) for number in many]
        drop(tmp_path, f"{first}.csv", rows)
        settle(made)
        found = reader.uses_of(list(many))
        assert {n: use.home[0].used for n, use in found.items()} == {n: n % 50 + 1 for n in many}


def test_columns_say_the_same_as_rows(tmp_path):
    two_customers(fen=2000)
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 110), row(2, QIAN, "data", 600 * MB)])
    settle(made)
    reader = LocalReader(made.folders.root)
    found = reader.columns_of(np.array([2, 3, 1]))
    assert found.known.tolist() == [True, False, True]
    for at, use in ((0, reader.use_of(2)), (2, reader.use_of(1))):
        assert found.used[at].tolist() == [one.used for one in use.home]
        assert found.allowance[at].tolist() == [one.allowance for one in use.home]
        assert (found.charge[at], found.as_of) == (use.charge_fen, use.as_of)
        assert (found.left[at] if found.watched[at] else None) == use.left_fen
    assert not len(reader.columns_of(np.array([], np.int64)).known)


def test_the_next_meter_takes_the_place_of_the_one_before(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    reader = LocalReader(made.folders.root)
    assert reader.use_of(1).home[0].used == 1
    made.stop()
    again = meter(tmp_path, sink=KeepingSink())
    drop(tmp_path, "b.csv", [row(2)])
    settle(again)
    assert LocalReader(made.folders.root).use_of(1).home[0].used == 2


def test_where_no_meter_ever_ran_the_figures_are_out_of_reach(tmp_path):
    with pytest.raises(OutOfReachError, match="it is not here"):
        LocalReader(tmp_path).use_of(1)


def test_where_the_file_that_names_the_meter_is_damaged_the_figures_are_out_of_reach(tmp_path):
    (tmp_path / "view.json").write_text("")
    with pytest.raises(OutOfReachError, match="it is not here"):
        LocalReader(tmp_path).use_of(1)


def test_a_row_that_a_meter_left_half_changed_is_never_read(tmp_path):
    two_customers()
    made = meter(tmp_path)
    settle(made)
    reader = LocalReader(made.folders.root, patience=0.05)
    assert reader.use_of(1) is not None
    change = made.view.changing()
    change.__enter__()
    with pytest.raises(OutOfReachError):
        reader.use_of(1)
    change.__exit__(None, None, None)
    assert reader.use_of(1) is not None


def test_what_late_records_take_from_last_months_rest_is_seen_at_once(tmp_path):
    """In December the terms have changed once; then a record of November comes."""
    clock = [NOW]
    two_customers()
    made = meter(tmp_path, clock=lambda: clock[0])
    drop(tmp_path, "a.csv", [row(1, service="data", quantity=100 * MB)])
    settle(made)
    clock[0] = MIDNIGHT + timedelta(hours=1)
    settle(made)
    drop(tmp_path, "b.csv", [row(2, service="data", quantity=10 * MB, start=at(MIDNIGHT))])
    settle(made)
    tell(group(1, cycle=DECEMBER, tariff=2))
    settle(made)
    reader = LocalReader(made.folders.root)
    assert home(reader.use_of(1))[Service.DATA] == (10 * MB, 900 * MB)
    drop(tmp_path, "c.csv", [row(3, service="data", quantity=50 * MB, start=at(MIDNIGHT) - 60)])
    settle(made)
    assert home(reader.use_of(1))[Service.DATA] == (10 * MB, 850 * MB)


def at(moment) -> int:
    """The second of a moment."""
    return int(moment.timestamp())


def test_a_reader_sees_what_was_taken_of_the_plans_own_data(tmp_path):
    """The closed month's columns say it by the kernel's own words at each of these moments."""
    two_customers()
    made = meter(tmp_path)
    reader = LocalReader(made.folders.root)
    steps = [
        (60, {}, 60),
        (60, {"packs": (pack(7),)}, 60),  # the pack first
        (90, {"packs": (pack(7),)}, 110),
        (60, {"packs": (pack(7),), "data_allowance": 300 * MB}, 170),
        (100, {"packs": (pack(7),), "data_allowance": 200 * MB}, 200),
        (50, {"packs": (pack(7),), "data_allowance": 250 * MB}, 250),
    ]
    for number, (used, terms, taken_of_plan) in enumerate(steps):
        if terms:
            tell(group(1, **terms))
            settle(made)
        drop(tmp_path, f"{number}.csv", [row(number, service="data", quantity=used * MB)])
        settle(made)
        assert reader.use_of(1).plan_data_used == taken_of_plan * MB, number
        assert reader.use_of(1).plan_data_used == of_the_plan(made.state)


def of_the_plan(state) -> int:
    """What the kernel says group 1 took of its plan's data."""
    ((cells, _),) = closed_cells(state, CYCLE)
    at = np.flatnonzero((cells.group == 1) & (cells.zone == 0) & (cells.service == DATA))
    return int(cells.plan_used[at[0]])
