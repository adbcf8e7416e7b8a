"""The slow thread: thresholds and tariffs, long promises, and what the calendar brings."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from wanhao.communications.previews import PREVIEW_RULE
from wanhao.project import chores
from wanhao.project.chores import SLOW_AT_ONCE, Chores, LongWork
from wanhao.project.keepers import SLOW

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class House:
    """Stands for what there is to do, and for the clock; a turn that waits passes the time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.done, self.kept = NOON, list[str](), list[int]()
        self.steps: list[Callable[[datetime], bool]] = []
        self.hourly: list[Callable[[datetime], object]] = []
        monkeypatch.setattr(chores, "watch_thresholds", lambda now: self.done.append("thresholds"))
        monkeypatch.setattr(chores, "tell_tariffs", lambda: self.done.append("tariffs"))
        monkeypatch.setattr(chores, "DUE_STEPS", self.steps)
        monkeypatch.setattr(chores, "EVERY_HOUR", self.hourly)
        monkeypatch.setattr(chores, "keep_due", self.keep_due)

    def keep_due(self, keepers: object, now: object, limit: int) -> int:
        assert limit == SLOW_AT_ONCE
        return self.kept.pop(0) if self.kept else 0

    def adds(self, name: str, steps: int) -> None:
        left = iter([True] * steps)
        self.steps.append(lambda _: next(left, False) and not self.done.append(name))

    def turns(self, *times: datetime) -> None:
        turn = Chores(threading.Event(), lambda: self.now, pause=0.0)
        for self.now in times:
            turn()


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def test_thresholds_and_tariffs_are_told_at_once_and_then_every_minute(house: House) -> None:
    house.turns(NOON, NOON + MINUTE / 2, NOON + MINUTE, NOON + MINUTE * 1.5, NOON + MINUTE * 2)
    assert house.done == ["thresholds", "tariffs"] * 3


def test_what_is_due_is_done_a_step_a_turn_until_nothing_is(house: House) -> None:
    # The second kind has more to do than the first, and neither keeps the other waiting.
    house.adds("points", 2)
    house.adds("bills", 4)
    house.turns(*[NOON] * 9)
    assert house.done[2:] == ["points", "bills", "points", "bills", "bills", "bills"]


def test_a_chore_that_fails_does_not_keep_the_others_from_theirs(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(now: datetime) -> bool:
        raise ValueError("no bills today")

    house.steps.append(fails)
    house.adds("points", 1)
    house.turns(NOON)
    assert house.done[2:] == ["points"]
    assert "no bills today" in caplog.text


def test_a_database_that_went_away_is_left_to_who_waits_for_it(house: House) -> None:
    def away(now: datetime) -> bool:
        raise OperationalError("server closed the connection")

    house.steps.append(away)
    with pytest.raises(OperationalError):
        house.turns(NOON)


def test_what_the_calendar_needs_is_promised_at_the_start_and_every_hour(house: House) -> None:
    house.hourly.append(lambda now: house.done.append(f"{now:%H:%M}"))
    house.turns(NOON, NOON + MINUTE, NOON + 59 * MINUTE, NOON + 60 * MINUTE)
    assert [done for done in house.done if ":" in done] == ["12:00", "13:00"]


def test_long_promises_are_kept_while_chores_go_on(house: House) -> None:
    house.kept = [2, 1, 0]
    house.adds("bills", 3)
    house.turns(*[NOON] * 4)
    assert house.kept == []
    assert house.done[2:] == ["bills"] * 3


def test_long_work_is_kept_one_by_one_beside_the_chores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview takes minutes, and nothing else is kept by the thread that makes it."""
    asked: list[tuple[list[str], int]] = []

    def keep_due(keepers: dict[str, object], now: datetime, limit: int) -> int:
        asked.append((list(keepers), limit))
        return len(asked) % 2

    monkeypatch.setattr(chores, "keep_due", keep_due)
    turn = LongWork(threading.Event(), lambda: NOON, pause=0.0)
    turn()
    turn()
    assert asked == [([PREVIEW_RULE], 1)] * 2
    assert PREVIEW_RULE not in SLOW
