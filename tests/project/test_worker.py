import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError

from wanhao.project import worker


class Turns:
    """Stands for the rooms below: what each turn releases, then a stop."""

    def __init__(self, *released: int | Exception) -> None:
        self.released = list(released)
        self.stop = threading.Event()
        self.watched = 0
        self.due_steps: list[Callable[[object], bool]] = []

    def release_due(self, now: object, limit: int) -> int:
        found = self.released.pop(0)
        if not self.released:
            self.stop.set()
        if isinstance(found, Exception):
            raise found
        return found

    def tell_tariffs(self) -> int:
        return 0

    def watch_thresholds(self) -> bool:
        self.watched += 1
        return True


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Callable[[Turns], None]:
    def run(turns: Turns) -> None:
        monkeypatch.setattr(worker, "release_due", turns.release_due)
        monkeypatch.setattr(worker, "watch_thresholds", turns.watch_thresholds)
        monkeypatch.setattr(worker, "tell_tariffs", turns.tell_tariffs)
        monkeypatch.setattr(worker, "DUE_STEPS", turns.due_steps)
        monkeypatch.setattr(worker, "RETRY_SECONDS", 0.01)
        worker.run_worker(turns.stop, pause=0.0)

    return run


def test_thresholds_are_published_before_anything_is_released(
    work: Callable[[Turns], None], capsys: pytest.CaptureFixture[str]
) -> None:
    turns = Turns(0, 3, 0)
    work(turns)
    assert turns.watched == 1
    assert capsys.readouterr().out.splitlines()[-1] == "released 3 messages since the start"


def test_a_full_batch_is_followed_by_the_next_at_once(
    work: Callable[[Turns], None], capsys: pytest.CaptureFixture[str]
) -> None:
    work(Turns(worker.BATCH, worker.BATCH, 7))
    assert capsys.readouterr().out == "released 1007 messages since the start\n"


def test_a_database_that_went_away_is_waited_for(
    work: Callable[[Turns], None], capsys: pytest.CaptureFixture[str]
) -> None:
    turns = Turns(2, OperationalError("server closed the connection"), 5)
    work(turns)
    assert turns.watched == 2
    assert capsys.readouterr().out.splitlines()[-1] == "released 7 messages since the start"


def test_what_is_due_is_done_a_step_a_turn_until_nothing_is(work: Callable[[Turns], None]) -> None:
    turns, done = Turns(*[0] * 9), []
    # The second kind has more to do than the first, and neither keeps the other waiting.
    for name, steps in (("points", 2), ("bills", 4)):
        left = iter([True] * steps)
        turns.due_steps.append(
            lambda _, name=name, left=left: next(left, False) and not done.append(name)
        )
    work(turns)
    assert done == ["points", "bills", "points", "bills", "bills", "bills"]
