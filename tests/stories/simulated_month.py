"""Lives through a month step by step, with real processes that are killed on the way."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tests.stories.killed_processes import NAMES, Processes
from tests.stories.month_world import Household, Month, expected, households, order
from wanhao.channels.sms.peer import SmscPeer
from wanhao.communications.actions import set_opt_out
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.project.clock import DemoClock
from wanhao.project.demo.usage_files import FileFormat, UsageRecord, drop, encode, table_of
from wanhao.promises.queries import next_due, overdue
from wanhao.usage.queries import closed_cycles, meter_status
from wanhao.workflows import review_use
from wanhao.workflows.open_accounts import open_accounts
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.watch_thresholds import watch_thresholds

AT_ONCE = 10**7
CHUNK = 2_000
KILLS = 2
# Parts of a review follow each other after seconds; the clock must not leap between them.
REVIEWED_WITHIN = timedelta(minutes=55)
OPEN_STATES = ("released", "submitting")
Progress = Callable[[int, int, datetime], None]
ENDS = {"delivered", "merged", "withdrawn", "unknown"}


@dataclass
class Lived:
    """What came of the month; `unconfirmed` are texts on handsets beyond those known to have been
    delivered: nobody answered, or a required one was sent again since nobody had."""

    decisions: Counter[tuple[int, str, int]]
    states: Counter[str]
    reasons: Counter[str]
    handsets: int
    unconfirmed: int
    killed: Counter[str] = field(default_factory=Counter)


class SimulatedMonth:
    """A month of so many lines, in steps of `hours`; one may take `patience` seconds."""

    def __init__(
        self, data: Path, smsc: SmscPeer, lines: int, *, seed: int, hours: int, patience: float
    ) -> None:
        self.clock = DemoClock(data)
        self.month = Month.after(self.clock())
        self.world = households(lines, self.month, seed)
        self.inbox = data / "usage" / "inbox"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.processes = Processes(data, smsc)
        self.processes.environment |= {
            "WANHAO_DEMO": "1",
            "WANHAO_METER_BATCH_ROWS": "50000",
            "WANHAO_SMSC_PER_SECOND": "5000",
            "WANHAO_SMSC_WINDOW": "100",
        }
        self._smsc, self._chance = smsc, random.Random(seed)
        self._patience, self._step = patience, timedelta(hours=hours)
        self._records = sorted(
            (record for one in self.world for record in one.records), key=lambda one: one.start
        )
        self._dropped = 0
        # The SMSC forgets what is long ago, so its handsets are read all the while.
        self._arrived: Counter[tuple[int, str]] = Counter()
        self._last_read = 0
        self._steps = self._plan()

    def live(self, progress: Progress = lambda done, steps, moment: None) -> Lived:
        """The whole month; whatever has ended is started again."""
        self._go_to(self.month.eve)
        self._open()
        kills = self._kills()
        try:
            self.processes.keep_up()
            for place, (moment, act) in enumerate(self._steps):
                self._go_to(moment)
                act()
                self._drop_until(moment)
                for name in kills[place]:
                    time.sleep(self._chance.uniform(0, 0.5))
                    self.processes.kill(name)
                self._wait_until_quiet(moment)
                progress(place + 1, len(self._steps), moment)
            self._wait_until_delivered()
        finally:
            self.processes.stop()
        return self._lived()

    def expected(self) -> Counter[tuple[int, str, int]]:
        """Every decision that must have been made."""
        return expected(self.world, self.month)

    def _plan(self) -> list[tuple[datetime, Callable[[], None]]]:
        """Every step, and what happens besides, in order."""
        end = self.month.cycle.end
        first = self.month.cycle.start
        moments = [first + self._step * place for place in range((end - first) // self._step)]
        steps = dict.fromkeys(moments, _nothing)
        steps[self.month.at(1, 0, 1)] = _nothing
        steps[self.month.at(10, 10, 30)] = lambda: self._pay(10)
        # Everything before is counted when little use is looked for, at ten.
        steps[self.month.at(20, 9)] = _nothing
        steps[self.month.at(20, 10, 1)] = _nothing
        steps[self.month.at(24, 10, 30)] = lambda: self._pay(24)
        steps[end - timedelta(minutes=1)] = _nothing
        return sorted(steps.items())

    def _kills(self) -> dict[int, list[str]]:
        """When each process dies, twice, at some step while there is something to do."""
        found: dict[int, list[str]] = defaultdict(list)
        for name in NAMES:
            for _ in range(KILLS):
                found[self._chance.randrange(5, len(self._steps) - 5)].append(name)
        return found

    def _go_to(self, moment: datetime) -> None:
        self.clock.hasten(max(moment - self.clock(), timedelta()), AT_ONCE)

    def _open(self) -> None:
        load_catalogue()
        watch_thresholds(self.clock())
        for first in range(0, len(self.world), CHUNK):
            some = self.world[first : first + CHUNK]
            opened = open_accounts([order(one, self.month) for one in some], self.clock())
            for one, account in zip(some, opened, strict=True):
                main = account.groups[0].lines[0]
                for rule in one.opted_out:
                    set_opt_out(main.line_id, rule, True, self.clock())

    def _pay(self, day: int) -> None:
        """Those who pay on that day pay the bill of the month before."""
        payers = [one for one in self.world if not one.prepaid and one.pays_on == day]
        lines = lines_by_number([one.main for one in payers])
        for one in payers:
            account = lines[one.main].account_id
            take_payment(account, one.plan.fee_fen, f"paid-{one.place}", self.clock())

    def _drop_until(self, moment: datetime) -> None:
        until = int(moment.timestamp())
        slice_ = []
        while self._dropped < len(self._records) and self._records[self._dropped].start < until:
            slice_.append(self._records[self._dropped])
            self._dropped += 1
        if slice_:
            _drop(self.inbox, slice_, moment)

    def _wait_until_quiet(self, moment: datetime) -> None:
        """Until all that was dropped is counted, and all that is due was done."""
        self._wait(lambda: not self._unfinished(moment), f"at {moment}")

    def _unfinished(self, moment: datetime) -> str:
        counted = meter_status(self.clock()).records_in
        if counted < self._dropped:
            return f"{counted} of {self._dropped} records counted"
        if waiting := overdue(moment):
            return f"promises wait: {waiting}"
        part = next_due([review_use.KIND])
        if part is not None and part < moment + REVIEWED_WITHIN:
            return "use is reviewed part by part"
        messages = CommunicationMessage.objects
        due = messages.filter(state="planned", release_at__lte=moment).count()
        in_hand = messages.filter(state__in=OPEN_STATES).count()
        if due or in_hand:
            return f"{due} messages due, {in_hand} in hand"
        if moment > self.month.at(5, 3) and self.month.cycle.previous.number not in closed_cycles():
            return "the month before is still open"
        return ""

    def _wait_until_delivered(self) -> None:
        """Until every message has its end."""
        rows = CommunicationMessage.objects.exclude(state__in=ENDS)
        self._wait(lambda: not rows.exists(), "at the end")

    def _wait(self, done: Callable[[], bool], where: str) -> None:
        deadline = time.monotonic() + self._patience
        while not done():
            printed = self.processes.printed
            if time.monotonic() > deadline:
                tail = printed.read_text()[-3000:] if printed.exists() else ""
                raise AssertionError(f"{where}: {self._unfinished(self.clock())}\n{tail}")
            self.processes.keep_up()
            self._read_handsets()
            time.sleep(0.1)

    def _read_handsets(self) -> None:
        """Every SMS that reached somebody since the last look, by number and text."""
        while more := self._smsc.messages(self._last_read):
            self._arrived.update((int(message["to"]), str(message["text"])) for message in more)
            self._last_read = int(more[-1]["seq"])

    def _lived(self) -> Lived:
        mains = {number: one.main for one in self.world for number in one.numbers}
        rows = ReminderDecision.objects.values_list("line__number", "rule", "tier")
        self._read_handsets()
        messages = list(CommunicationMessage.objects.order_by("id"))
        delivered = Counter((one.number, one.text) for one in messages if one.state == "delivered")
        lost = delivered - self._arrived
        assert not lost, f"delivered, and on no handset: {_told_to(lost)}"
        strange = self._arrived - _may_have_arrived(messages)
        assert not strange, f"on a handset, and never sent or sent twice: {_told_to(strange)}"
        return Lived(
            decisions=Counter((mains[number], rule, tier) for number, rule, tier in rows),
            states=Counter(one.state for one in messages),
            reasons=Counter(one.error for one in messages if one.state == "withdrawn"),
            handsets=sum(self._arrived.values()),
            unconfirmed=sum((self._arrived - delivered).values()),
            killed=self.processes.killed,
        )


def _may_have_arrived(messages: Sequence[CommunicationMessage]) -> Counter[tuple[int, str]]:
    """How often each text may lie on its handset at most. What is required is sent again when the
    link died before the answer came; anything else is sent once."""
    may: Counter[tuple[int, str]] = Counter()
    for one in messages:
        again = one.unanswered if one.delivery_class == "required" else 0
        sent = one.state == "delivered" or (one.state == "unknown" and not again)
        may[one.number, one.text] += again + sent
    return may


def _told_to(odd: Counter[tuple[int, str]]) -> str:
    """Some of these texts, each with all that is known of its number's messages."""
    said = [f"{sum(odd.values())} in all"]
    for number, text in list(odd)[:5]:
        rows = CommunicationMessage.objects.filter(number=number).order_by("id")
        known = rows.values_list("id", "rule", "state", "unanswered", "error", "carrier", "text")
        said += [f"{number} {text}", *(f"    {row}" for row in known)]
    return "\n".join(said)


def _nothing() -> None:
    """Nothing happens but time."""


def _drop(inbox: Path, records: Sequence[UsageRecord], moment: datetime) -> None:
    kind = FileFormat.ZSTD
    name = f"usage-{int(moment.timestamp())}.{kind}"
    drop(inbox, name, encode(table_of(records), kind), moment)


def differences(lived: Lived, wanted: Counter[tuple[int, str, int]], world: list[Household]) -> str:
    """What is missing and what is too much, in words, a few of each."""
    plans = {one.main: one.plan.code for one in world}
    said = []
    for what, odd in (("missing", wanted - lived.decisions), ("extra", lived.decisions - wanted)):
        by_rule = Counter((rule, tier, plans[main]) for main, rule, tier in odd.elements())
        said.append(f"{what} {sum(odd.values())}: {by_rule.most_common(12)} {list(odd)[:5]}")
    return "\n".join(said)
