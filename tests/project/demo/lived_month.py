"""Lives through a month ahead of the clock as the demo does: traffic, meter, worker and network."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from wanhao.communications.actions import SIGN_OFF, mark_accepted_many, release_due
from wanhao.communications.claiming import claim
from wanhao.communications.contracts import Channel
from wanhao.communications.models import ReminderDecision
from wanhao.products.queries import offerings
from wanhao.project.chores import DUE_STEPS
from wanhao.project.demo.ahead import Ahead, month_ahead
from wanhao.project.demo.habits import habits_of
from wanhao.project.demo.world import build_world, drop_history, resident_accounts
from wanhao.project.keepers import QUICK, SLOW
from wanhao.promises.actions import keep_due
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.make_calendar_promises import make_calendar_promises
from wanhao.workflows.tell_customers import TellCustomers

STEP, SHORT_STEP = timedelta(hours=6), timedelta(hours=3)
FIRST_DAYS = timedelta(days=4)
"""So long a month begins with short steps: on these days much happens."""
AT_ONCE = 10_000


@dataclass(frozen=True, kw_only=True)
class Decided:
    """A decision about a line, and when it was made, on the clocks of Nanchang."""

    number: int
    rule: str
    cycle: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A text that reached a phone."""

    number: int
    at: datetime
    text: str


@dataclass
class Lived:
    """What came of it; `begun` decisions were made of the month so far."""

    begun: list[Decided] = field(default_factory=list)
    decided: list[Decided] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def rules(self, number: int) -> list[str]:
        """Every rule that decided about a line while the month passed, in order of time."""
        return [one.rule for one in self.decided if one.number == number]

    def days(self, number: int, rule: str) -> list[str]:
        """On which days and hours a rule decided about a line."""
        return [
            f"{one.at:%m-%d %H}" for one in self.decided if (one.number, one.rule) == (number, rule)
        ]

    def texts(self, number: int) -> list[tuple[str, str]]:
        """What a phone received, with the day."""
        return [(f"{one.at:%m-%d}", one.text) for one in self.heard if one.number == number]


def live_a_month(folder: Path, lines: int, now: datetime, goal: datetime) -> Lived:
    """Build a world, count its month so far, and let time pass until the goal, step by step."""
    month = _Month(Folders(folder / "usage"), lines, now)
    build_world(lines, lambda done, total: None, now)
    drop_history(month.folders.inbox, now, lines)
    with month.metering():
        month.work()
        month.lived.begun, seen = _decided(0)
        while month.now < goal:
            early = month.now - Cycle.of(month.now).start < FIRST_DAYS
            month.pass_on(min(month.now + (SHORT_STEP if early else STEP), goal))
            month.work()
        month.lived.decided, _ = _decided(seen)
    return month.lived


class _Month:
    def __init__(self, folders: Folders, lines: int, now: datetime) -> None:
        self.folders, self.now, self.lived = folders, now, Lived()
        self._lines = lines
        self._ahead: Ahead | None = None
        self._meter = LocalMeter(
            folders=folders, sink=TellCustomers(), shards=4, clock=lambda: self.now
        )

    @contextmanager
    def metering(self) -> Iterator[None]:
        self._meter.start()
        yield
        self._meter.stop()

    def pass_on(self, until: datetime) -> None:
        """Drop what is used until then, as the traffic maker does."""
        cycle = Cycle.of(self.now)
        self._drop(cycle, min(until, cycle.end))
        if until > cycle.end:
            self.now = cycle.end
            self._drop(cycle.next, until)
        self.now = until

    def _drop(self, cycle: Cycle, until: datetime) -> None:
        if self._ahead is None or self._ahead.cycle != cycle:
            habits = habits_of(resident_accounts(self._lines), offerings(), cycle.number)
            self._ahead = month_ahead(habits, cycle, self.now)
        self._ahead.drop(self.folders.inbox, self.now, until)

    def work(self) -> None:
        """All that meter and worker find to do now; what is released arrives at once."""
        make_calendar_promises(self.now)
        while self._meter.step() or self._chores():
            pass
        with transaction.atomic():
            sent = claim(
                "tests", AT_ONCE, self.now, sign_off=SIGN_OFF, channels=(Channel.SMS, Channel.ANY)
            )
            mark_accepted_many({one.message_id: [f"{one.message_id}"] for one in sent}, self.now)
        local = self.now.astimezone(SHANGHAI)
        self.lived.heard += [Heard(number=one.number, at=local, text=one.text) for one in sent]

    def _chores(self) -> bool:
        steps = [bool(step(self.now)) for step in DUE_STEPS]
        kept = [keep_due(keepers, self.now) for keepers in (SLOW, QUICK)]
        return any(steps) or any(kept) or release_due(self.now, limit=AT_ONCE) > 0


def _decided(after: int) -> tuple[list[Decided], int]:
    """The decisions beyond an id, and the last id."""
    rows = ReminderDecision.objects.filter(id__gt=after).order_by("id")
    found = [
        Decided(
            number=row.line.number,
            rule=row.rule,
            cycle=row.cycle,
            at=row.decided_at.astimezone(SHANGHAI),
        )
        for row in rows.select_related("line")
        if row.line is not None
    ]
    last = ReminderDecision.objects.order_by("-id").values_list("id", flat=True).first()
    return found, last or 0
