"""While the demo is sent ahead, everybody uses in that time what they use in a month."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.project.demo.test_traffic import count_everything
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import offerings
from wanhao.project.clock import DemoClock
from wanhao.project.demo.ahead import Ahead, month_ahead
from wanhao.project.demo.habits import MINUTE, Habits, habits_of
from wanhao.project.demo.traffic import run_traffic
from wanhao.project.demo.world import build_world, resident_accounts
from wanhao.usage.folders import Folders
from wanhao.usage.queries import meter_status
from wanhao.values.cycle import Cycle

LINES = 300
DECEMBER = Cycle(202612)
LATE_IN_NOVEMBER = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def habits(db: None) -> Habits:
    load_catalogue()
    return habits_of(resident_accounts(LINES), offerings(), DECEMBER.number)


def _of(ahead: Ahead, number: int, service: str) -> int:
    rows = ahead.table.filter(pa.compute.equal(ahead.table["number"], number))
    return sum(
        quantity
        for quantity, kind in zip(
            rows["quantity"].to_pylist(), rows["service"].to_pylist(), strict=True
        )
        if kind == service
    )


def test_a_whole_month_is_what_the_lines_use_in_a_month(habits: Habits) -> None:
    ahead = month_ahead(habits, DECEMBER, DECEMBER.start)
    for place in range(0, len(habits.number), 37):
        wanted = habits.used_octets[place] + habits.more_octets[place]
        got = _of(ahead, int(habits.number[place]), "data")
        assert wanted - 100 <= got <= wanted
    assert ahead.starts.min() >= DECEMBER.start.timestamp()
    assert ahead.starts.max() < DECEMBER.end.timestamp()
    assert (np.diff(ahead.starts) >= 0).all()
    assert "demo-cast" in ahead.table["source"].to_pylist()


def test_late_in_a_month_only_the_rest_is_still_to_come(habits: Habits) -> None:
    ahead = month_ahead(habits, Cycle(202611), LATE_IN_NOVEMBER)
    number = int(habits.number[0])
    assert _of(ahead, number, "voice") <= habits.more_minutes[0] * MINUTE
    assert ahead.starts.min() >= LATE_IN_NOVEMBER.timestamp()
    assert "demo-cast" not in ahead.table["source"].to_pylist()


def test_slices_hold_every_record_once_and_come_again_under_the_same_names(
    habits: Habits, tmp_path: Path
) -> None:
    ahead = month_ahead(habits, DECEMBER, DECEMBER.start)
    days = [DECEMBER.start + timedelta(days=day) for day in range(32)]
    dropped = [ahead.drop(tmp_path, *pair) for pair in pairwise(days)]
    assert sum(dropped) == ahead.table.num_rows
    names = sorted(path.name for path in tmp_path.iterdir())
    again = month_ahead(habits, DECEMBER, DECEMBER.start)
    assert again.table.equals(ahead.table)
    again.drop(tmp_path, days[0], days[1])
    assert sorted(path.name for path in tmp_path.iterdir()) == names


class _Watched(DemoClock):
    """A clock that is sent from the 30th to the 3rd within a moment, and stops the traffic then."""

    def __init__(self, folder: Path, reached: Callable[[], None]) -> None:
        super().__init__(folder)
        self._reached = reached
        self._shown = datetime(2026, 11, 29, 16, tzinfo=UTC)
        self._goal = datetime(2026, 12, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._shown = min(self._shown + timedelta(hours=7), self._goal)
        if self._shown == self._goal:
            self._reached()
        return self._shown

    def hurries(self) -> bool:
        return self._shown < self._goal


@pytest.mark.django_db
def test_the_meter_counts_a_month_that_is_lived_through_ahead_of_the_clock(tmp_path: Path) -> None:
    build_world(LINES, lambda done, total: None, datetime(2026, 11, 29, tzinfo=UTC))
    folders, stop = Folders(tmp_path / "usage"), threading.Event()
    clock = _Watched(tmp_path, stop.set)
    run_traffic(stop, folders.inbox, lines=LINES, period=0.001, clock=clock)
    count_everything(folders, datetime(2026, 12, 3, tzinfo=UTC))
    status = meter_status(datetime(2026, 12, 3, tzinfo=UTC))
    assert status.metered > 300
    assert (status.duplicate, status.quarantined) == (0, 0)
    names = {path.name.split("-")[2] for path in tmp_path.rglob("*ahead-*.zst")}
    assert names == {"202611", "202612"}
