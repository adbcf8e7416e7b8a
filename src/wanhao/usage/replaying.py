"""Living through a month again, under other thresholds: what would have been crossed.

A fresh state takes the facts and the archived records in the order in which the meter took them.
Nothing is written. It begins with a state that the meter kept of a time before the month opened, or
with the very first fact where there is none any more.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from wanhao.metering.cycles import watch
from wanhao.metering.effects import Effects
from wanhao.metering.facts import FactColumns, apply_facts, enrol, fold_facts
from wanhao.metering.folding import apply
from wanhao.metering.reviewing import ReviewStep
from wanhao.metering.state import MeterState, Watched
from wanhao.usage.archive import ArchivedBatches
from wanhao.usage.contracts import Crossing, ThresholdsFact
from wanhao.usage.crossings import crossings_of
from wanhao.usage.facts_log import alone
from wanhao.usage.feed import columns_of, facts_after
from wanhao.usage.folders import Folders
from wanhao.usage.home import home
from wanhao.usage.judging import fold_block
from wanhao.usage.models import Batch, ClosedCycle
from wanhao.usage.recovery import is_ours
from wanhao.usage.snapshots import by_age, load_snapshot

SHARDS = 8
Sink = Callable[[Sequence[Crossing]], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """How many records a replay went through, in how many batches."""

    records: int
    batches: int


def replay_month(
    cycle: int,
    thresholds: ThresholdsFact,
    sink: Sink,
    progress: Progress = lambda done, of: None,
    reviews: Sequence[int] = (),
) -> Replayed:
    """Hand `sink` what would have been crossed of a month if these thresholds had always been
    watched, in the order in which it would have happened; `progress` hears records done and in all.

    `reviews` are the shares that the month's reviews of low use look for, if not those they looked
    for. One batch is in memory at a time. WanhaoError where the archive is out of reach.
    """
    folders = home()
    replay = _Replay(folders, cycle, sink, tuple(reviews))
    replay.begin(thresholds)
    newest = _last_batch(cycle)
    asked = Batch.objects.filter(number__gt=replay.state.last_batch, number__lte=newest)
    sizes = list(asked.order_by("number").values_list("number", "metered"))
    done, total = 0, sum(metered for _, metered in sizes)
    for number, metered in sizes:
        replay.live(Batch.objects.get(number=number))
        done += metered
        progress(done, total)
    if not ClosedCycle.objects.filter(cycle=cycle).exists():
        replay.catch_up()
    return Replayed(records=done, batches=len(sizes))


class _Replay:
    """A state on its way through a month."""

    def __init__(self, folders: Folders, cycle: int, sink: Sink, reviews: tuple[int, ...]) -> None:
        self.cycle, self.sink, self.reviews = cycle, sink, reviews
        self.archived = ArchivedBatches(folders.archive)
        self.state = _before(folders, cycle) or MeterState.empty(SHARDS)
        self.at = 0

    def begin(self, thresholds: ThresholdsFact) -> None:
        watched = columns_of("thresholds", alone(thresholds))
        assert isinstance(watched, Watched)
        watch(self.state, watched, self.state.last_fact)

    def live(self, batch: Batch) -> None:
        """The facts before the batch, then its records."""
        self.at = int(batch.taken_at.timestamp())
        self.catch_up(batch.last_fact)
        if batch.metered:
            delta, effects = fold_block(self.state, self.archived.read(batch))
            self._tell(effects)
            apply(self.state, delta)
        self.state.last_batch = batch.number

    def catch_up(self, until: int | None = None) -> None:
        """The facts up to a number, or all there are."""
        for number, facts in facts_after(self.state.last_fact, until=until):
            for each in self._as_asked(facts):
                self._tell(self._take(each, number))
            self.state.last_fact = number

    def _as_asked(self, facts: FactColumns) -> Iterator[FactColumns]:
        """The thresholds that were watched then are passed over."""
        if isinstance(facts, ReviewStep) and self.reviews:
            yield from (replace(facts, percent=percent) for percent in self.reviews)
        elif not isinstance(facts, Watched):
            yield facts

    def _take(self, facts: FactColumns, number: int) -> Effects:
        enrol(self.state, facts)
        delta, effects = fold_facts(self.state, facts, number, self.at)
        apply_facts(self.state, delta)
        return effects

    def _tell(self, effects: Effects) -> None:
        if len(effects):
            self.sink([one for one in crossings_of(effects) if one.cycle == self.cycle])


def _before(folders: Folders, cycle: int) -> MeterState | None:
    """The newest state kept of a time when the month had not opened."""
    kept = (*by_age(folders.months), *by_age(folders.snapshots))
    for path in sorted(kept, key=lambda path: path.name, reverse=True):
        loaded = load_snapshot(path)
        if loaded is None:
            continue
        state, _, fact_at = loaded
        if state.current().cycle < cycle and is_ours(state, fact_at):
            return state
    return None


def _last_batch(cycle: int) -> int:
    """With which batch the month closed, or the newest while it is open."""
    closed = ClosedCycle.objects.filter(cycle=cycle).values_list("batch_id", flat=True).first()
    newest = Batch.objects.order_by("-number").values_list("number", flat=True).first()
    return closed or newest or 0
