"""What is measured of the meter itself: throughput, restart, waiting, and a smaller operator."""

from dataclasses import dataclass
from pathlib import Path

from django.db import connection
from django.db.models import Sum

from bench.figures import require, say
from bench.province.latency import Feeder, SnapshotWatch, Waited, waited_since
from bench.province.meter import MeterProcess, drop, metering, processor_seconds, progress
from bench.province.records import Traffic
from bench.province.scale import CACHE
from bench.province.setting_up import A_PROBE, probe
from bench.scratch import SCRATCH
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.models import Batch

SNAPSHOTS_WHILE_STEADY = 6
READ_AT_ONCE = 1 << 23
MESSAGES = """
SELECT count(*) FROM wanhao_communications_communicationmessage AS message
JOIN wanhao_communications_reminderdecision AS decision ON decision.id = message.decision_id
WHERE decision.batch > %s
"""
# What the peers find, too: other thresholds and money are ours alone.
REMINDERS = """
SELECT count(*) FROM wanhao_communications_reminderdecision
WHERE batch > %s AND rule ~ '^(voice|message|data)-(80|100)$'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One run from the first file's arrival to the last record's commit. `processors` is what the
    meter used of them, and the database meanwhile."""

    records: int
    seconds: float
    processors: float
    memory: float
    duplicate: int
    quarantined: int
    crossings: int
    messages: int
    reminders: int

    @property
    def per_second(self) -> float:
        """Records a second."""
        return self.records / self.seconds

    @property
    def by_processor(self) -> float:
        """Records a second of one processor's time, whatever else the machine did meanwhile."""
        return self.records / self.processors

    def tell(self, name: str) -> None:
        """A few lines about it."""
        say(
            f"  {name}: {self.records:,} records in {self.seconds:.1f} s, {self.per_second:,.0f}/s;"
            f" processors {self.processors:.1f} s; at most {self.memory:,.0f} MB"
        )
        say(
            f"    {self.duplicate:,} duplicates, {self.quarantined:,} in quarantine,"
            f" {self.crossings:,} effects ({100 * self.crossings / self.records:.2f} %),"
            f" {self.messages:,} messages"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """How long messages waited, how far the feeder fell behind, the most memory that the meter
    took, and how many snapshots it wrote meanwhile."""

    waited: Waited
    late: float
    memory: float
    snapshots: int


def serving_after(place: int, **settings: object) -> tuple[float, float]:
    """Seconds from starting a meter to the first commit of a file that waits for it, and the most
    memory it took until it was stopped again."""
    with metering(**settings) as meter:
        seconds = until_serving(meter, place)
    return seconds, meter.memory.most


def until_serving(meter: MeterProcess, place: int) -> float:
    """Seconds from the start of this meter to the commit of a small file that is not known yet."""
    wanted = progress()[1] + A_PROBE
    drop([probe(place)])
    return meter.wait_for(wanted) - meter.began


def count(meter: MeterProcess, files: list[Path], records: int) -> Counted:
    """Drop all files at once and wait for the commit of the last record. They lie in the kernel's
    cache of pages, as files do that came over the network a moment ago."""
    _read_once(files)
    last, before = progress()
    busy = _processors(meter)
    meter.memory.most = 0.0
    began = drop(files)
    ended = meter.wait_for(before + records)
    sums = Batch.objects.filter(number__gt=last).aggregate(
        Sum("duplicate"), Sum("quarantined"), Sum("crossings")
    )
    return Counted(
        records=records,
        seconds=ended - began,
        processors=_processors(meter) - busy,
        memory=meter.memory.most,
        messages=_since(MESSAGES, last),
        reminders=reminders_since(last),
        **{name.removesuffix("__sum"): figure or 0 for name, figure in sums.items()},
    )


def count_traffic(meter: MeterProcess, traffic: Traffic) -> Counted:
    """All records of some traffic."""
    return count(meter, traffic.files(CACHE), traffic.records)


def count_steadily(traffic: Traffic) -> Steady:
    """Feed a meter at a steady rate while snapshots are taken. One more falls due than is asked
    for, as the last may not be written in time, nor each file be a batch of its own."""
    files = traffic.files(CACHE)
    every = max(1, len(files) // (SNAPSHOTS_WHILE_STEADY + 1))
    with metering(snapshot_every=every) as meter:
        until_serving(meter, place=8)
        last, before = progress()
        snapshots, feeder = SnapshotWatch(SCRATCH / "usage" / "snapshots"), Feeder(files)
        snapshots.start()
        feeder.start()
        feeder.join()
        meter.wait_for(before + traffic.records)
        taken, waited = snapshots.end(), waited_since(last)
    asked = SNAPSHOTS_WHILE_STEADY
    require(taken >= asked, f"{taken} snapshots were taken while records came in, not {asked}")
    require(len(waited.messages) > 0, "no record that came in steadily brought about a message")
    return Steady(waited=waited, late=feeder.late, memory=meter.memory.most, snapshots=taken)


def reminders_since(batch: int) -> int:
    """How many of those that peers find, too, came of the batches after this one."""
    return _since(REMINDERS, batch)


def _read_once(files: list[Path]) -> None:
    for path in files:
        with path.open("rb", buffering=0) as file:
            while file.read(READ_AT_ONCE):
                pass


def _processors(meter: MeterProcess) -> float:
    server = EmbeddedPostgres(SCRATCH).server_pid()
    return processor_seconds(meter.pid) + processor_seconds(server)


def _since(query: str, batch: int) -> int:
    """What the batches after this one brought about."""
    with connection.cursor() as cursor:
        cursor.execute(query, [batch])
        return int(cursor.fetchone()[0])
