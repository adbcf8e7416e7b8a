"""The quick thread: what is due at once, and how long it waits when nothing is."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from wanhao.project import patience, worker
from wanhao.project.patience import work_until
from wanhao.project.worker import BATCH, Turns

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Room:
    """Stands for the rooms below: what each turn releases and keeps, then a stop."""

    def __init__(self, *turns: tuple[int, int] | Exception) -> None:
        self.turns = list(turns)
        self.stop = threading.Event()
        self.listened = 0
        self.waits: list[float] = []
        self.due: datetime | None = None

    def release_due(self, now: object, limit: int) -> int:
        found = self.turns[0]
        if isinstance(found, Exception):
            self.turns.pop(0)
            raise found
        return found[0]

    def keep_due(self, keepers: object, now: object, limit: int) -> int:
        found = self.turns.pop(0)
        assert not isinstance(found, Exception)
        if not self.turns:
            self.stop.set()
        return found[1]

    def listen(self) -> None:
        self.listened += 1

    def next_due(self, kinds: object) -> datetime | None:
        return self.due

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return False


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[Room], None]:
    def run(room: Room) -> None:
        for name in ("release_due", "keep_due", "listen", "next_due", "wait"):
            monkeypatch.setattr(worker, name, getattr(room, name))
        monkeypatch.setattr(patience, "RETRY_SECONDS", 0.0)
        monkeypatch.setattr(patience.connection, "close", lambda: None)
        work_until(room.stop, Turns(room.stop, 0.5, lambda: NOON))

    return run


def test_what_was_released_and_kept_is_said(
    work: Callable[[Room], None], capsys: pytest.CaptureFixture[str]
) -> None:
    work(Room((0, 0), (3, 1), (0, 0), (0, 4), (0, 0)))
    assert capsys.readouterr().out.splitlines() == [
        "released 0 messages, kept 0 promises since the start",
        "released 3 messages, kept 1 promises since the start",
        "released 3 messages, kept 5 promises since the start",
    ]


def test_while_there_is_something_to_do_nothing_waits(work: Callable[[Room], None]) -> None:
    room = Room((BATCH, 0), (7, 0), (0, BATCH), (0, 1), (0, 0), (0, 0))
    work(room)
    assert room.waits == [0.5]


@pytest.mark.parametrize(
    ("due", "seconds"),
    [
        (None, 0.5),
        (NOON + timedelta(hours=1), 0.5),
        (NOON + timedelta(milliseconds=200), 0.2),
        (NOON - timedelta(hours=1), 0.05),
        (NOON + timedelta(milliseconds=1), 0.05),
    ],
)
def test_the_next_promise_is_waited_for_and_no_longer_than_half_a_second(
    work: Callable[[Room], None], due: datetime | None, seconds: float
) -> None:
    room = Room((0, 0), (0, 0))
    room.due = due
    work(room)
    assert room.waits == [seconds]


def test_a_database_that_went_away_is_waited_for(
    work: Callable[[Room], None], capsys: pytest.CaptureFixture[str]
) -> None:
    room = Room((2, 0), OperationalError("server closed the connection"), (5, 0))
    work(room)
    assert capsys.readouterr().out.splitlines()[-1].startswith("released 7 messages")


def test_a_worker_listens_once_per_connection(work: Callable[[Room], None]) -> None:
    room = Room((0, 0), (0, 0), (0, 0))
    work(room)
    assert room.listened == 1
