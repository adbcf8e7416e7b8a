"""The demo's clock: it runs ahead when asked to, stays ahead, and never goes back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from wanhao.project import clock as shared
from wanhao.project.clock import DemoClock, Haste
from wanhao.project.env import Environment

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MONTH = timedelta(days=30)
TEN_MINUTES = timedelta(minutes=10)


def _month_in_ten_minutes() -> Haste:
    return Haste(began=NOON, shown=NOON, goal=NOON + MONTH, speed=4320)


def test_a_month_passes_in_ten_minutes() -> None:
    haste = _month_in_ten_minutes()
    assert haste.at(NOON) == NOON
    assert haste.at(NOON + timedelta(seconds=20)) == NOON + timedelta(days=1)
    assert haste.at(NOON + TEN_MINUTES) == NOON + MONTH
    assert not haste.is_over(NOON + timedelta(minutes=9))
    assert haste.is_over(NOON + TEN_MINUTES)


def test_afterwards_time_passes_as_usual_and_what_was_gained_is_kept() -> None:
    later = NOON + TEN_MINUTES + timedelta(hours=1)
    assert _month_in_ten_minutes().at(later) == NOON + MONTH + timedelta(hours=1)


def test_a_machine_clock_set_back_does_not_turn_the_shown_time_back() -> None:
    assert _month_in_ten_minutes().at(NOON - timedelta(days=1)) == NOON


def test_every_process_sees_the_clock_that_one_of_them_sent_ahead(tmp_path: Path) -> None:
    one, other = DemoClock(tmp_path), DemoClock(tmp_path)
    assert other.haste() is None
    asked = one.hasten(MONTH, 1_000_000_000)
    assert other.haste() == one.haste() == asked
    assert other() >= asked.shown


def test_a_second_haste_begins_where_the_first_one_is(tmp_path: Path) -> None:
    clock = DemoClock(tmp_path)
    first = clock.hasten(MONTH, 3600)
    second = clock.hasten(MONTH, 3600)
    assert second.shown >= first.shown
    assert second.goal == second.shown + MONTH


@pytest.mark.parametrize(("goal", "speed"), [(NOON - MONTH, 10), (NOON + MONTH, 0)])
def test_a_clock_that_would_go_back_is_refused(goal: datetime, speed: int) -> None:
    with pytest.raises(ValueError, match="runs forward"):
        Haste(began=NOON, shown=NOON, goal=goal, speed=speed)


@pytest.mark.parametrize(
    ("given", "ahead"),
    [
        ({}, True),
        ({"WANHAO_DEMO": "1", "DATABASE_URL": "postgresql://host/name"}, True),
        ({"WANHAO_DEMO": "0"}, False),
        ({"DATABASE_URL": "postgresql://host/name"}, False),
    ],
)
def test_commands_go_by_the_clock_of_the_demo_they_speak_to(
    given: dict[str, str], ahead: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WANHAO_DEMO", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    demo = DemoClock(tmp_path)
    demo.hasten(MONTH, 1_000_000_000)
    while demo.hurries():
        pass
    env = Environment()
    monkeypatch.setattr(shared, "demo_clock", lambda: demo)
    monkeypatch.setattr(shared, "environment", lambda: env)
    assert (shared.now() - datetime.now(UTC) > timedelta(days=20)) is ahead
