"""`make bench`: a province's day from usage files to committed effects, beside others' ways.

Facts and records are made once (see `scale.py` for the sizes, which the environment can change).
The meter is the product's own process; all it writes is durable as in production. Figures are kept
after each stage, so that a run that was stopped has those it came to.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from bench.figures import SERVER, figure, require, say, show
from bench.plots import Chart
from bench.province import counting, peers
from bench.province import setting_up as ready
from bench.province.facts import numbers_of
from bench.province.meter import MemoryWatch, metering
from bench.province.reading import reading
from bench.province.scale import (
    CACHE,
    FLAT_LINES,
    LINES,
    STEADY_PER_SECOND,
)
from bench.scratch import SCRATCH
from bench.world import CYCLE
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.details import records_of

OPTIONS = SERVER | {
    "track_commit_timestamp": "on",
    "max_wal_size": "16GB",
    "shared_buffers": "6GB",
}
"""A quarter of the machine is the database's, as its manual advises."""
MILLION = 1_000_000
DETAILS = 50
MEMORY_MB = 4_096
"""What the month's meter may take, as an operator would set it."""
Figures = list[dict[str, object]]


def main() -> None:
    """Set up, measure stage by stage, print and keep the figures."""
    CACHE.mkdir(parents=True, exist_ok=True)
    asked = os.environ.get("BENCH_STAGES", ",".join(STAGES)).split(",")
    ready.make_inputs()
    figures: Figures = []
    with EmbeddedPostgres(SCRATCH, OPTIONS):
        ready.make_database()
        for name in asked:
            say(f"[bold]{name}[/bold]")
            began = time.monotonic()
            figures += STAGES[name]()
            show("province", figures)
            say(f"  {name} took {time.monotonic() - began:.0f} s")


def flatness() -> Figures:
    """The same number of records for operators of a fourteenth of the province up to all."""
    points, cores = [], []
    for lines in FLAT_LINES:
        ready.prepare_meter(lines)
        with metering(snapshot_every=1_000_000) as meter:
            counting.until_serving(meter, place=1)
            counted = counting.count_traffic(meter, ready.flat(lines))
        counted.tell(f"{lines:,} lines")
        points.append((lines / MILLION, 1e9 / counted.per_second))
        cores.append((lines / MILLION, 1e9 / counted.by_processor))
    Chart(
        title="From usage files to committed effects, by the number of lines",
        across="million lines",
        upward="nanoseconds a record",
        lines={"by the clock": points, "of processors": cores},
    ).write(CACHE / "flatness.svg")
    first, last = points[0][1], points[-1][1]
    return [figure(f"cost_at_{lines:g}_million_lines", ns, "ns", first) for lines, ns in points] + [
        figure("cost_of_most_lines_to_fewest", last / first, "times", 1.0)
    ]


def month() -> Figures:
    """All records of an ordinary day, then a power cut, then the compaction of the next morning."""
    ready.have_meter(LINES)
    with metering(meter_memory_mb=MEMORY_MB) as meter:
        first = counting.until_serving(meter, place=2)
        counted = counting.count_traffic(meter, ready.month())
        counted.tell("an ordinary month")
        meter.kill()
    again, memory = counting.serving_after(place=3, meter_memory_mb=MEMORY_MB)
    # The archive is compacted up to the older of two snapshots.
    counting.serving_after(place=6, meter_memory_mb=MEMORY_MB)
    compacted = _told_by("compacting")
    a_record = counted.seconds / counted.records + compacted["seconds"] / compacted["records"]
    say(
        f"  {compacted['records']:,} records compacted in {compacted['seconds']:.1f} s,"
        f" {compacted['octets'] / compacted['records']:.1f} octets each"
    )
    asked = detail()
    return [
        figure("records_per_second_with_compaction", 1 / a_record, "records/s", 0),
        figure("records_per_second", counted.per_second, "records/s", 0),
        figure("octets_a_record_in_the_archive", compacted["octets"] / compacted["records"], "", 0),
        figure("records_per_second_of_a_processor", counted.by_processor, "records/s", 0),
        figure("memory_of_the_meter", max(counted.memory, memory), "MB", MEMORY_MB),
        figure("memory_of_compaction", compacted["memory"], "MB", 0),
        figure("effects_of_records", 100 * counted.crossings / counted.records, "%", 0),
        figure("start_to_serving", first, "s", 0),
        figure("start_to_serving_after_a_kill", again, "s", 0),
        figure("detail_of_a_line_and_month_half", asked[len(asked) // 2], "ms", 0),
        figure("detail_of_a_line_and_month_most", asked[-1], "ms", 0),
    ]


def detail() -> list[float]:
    """Milliseconds to find what a line used this month among all that is archived, ascending."""
    took, used = [], 0
    for number in numbers_of(1 + np.arange(DETAILS) * (LINES // DETAILS), LINES).tolist():
        began = time.perf_counter()
        found = records_of([number], CYCLE)
        took.append(1_000 * (time.perf_counter() - began))
        require(all(one.number == number for one in found), f"not all found is of {number}")
        used += bool(found)
    require(2 * used >= DETAILS, f"of {DETAILS} numbers only {used} had any record")
    return sorted(took)


def steady() -> Figures:
    """A busy hour's rate, with snapshots: how long a message waits from its file's arrival."""
    ready.have_meter(LINES)
    told = counting.count_steadily(ready.steady())
    say(f"  {len(told.waited.messages):,} messages, the feeder at most {told.late:.2f} s late")
    return [
        figure("steady_records_per_second", STEADY_PER_SECOND, "records/s", 0),
        *(
            figure(f"steady_wait_p{share:g}", told.waited.percentile(share), "s", 0)
            for share in (50, 99, 100)
        ),
        figure("steady_snapshots", told.snapshots, "", counting.SNAPSHOTS_WHILE_STEADY),
        figure("steady_memory", told.memory, "MB", 0),
    ]


def review() -> Figures:
    """Everybody looked through for allowances that are used below 40 %."""
    ready.have_meter(LINES)
    told = _told_by("reviewing")
    return [
        figure("review_of_all_lines", told["seconds"], "s", 0),
        figure("review_longest_part", 1_000 * told["longest"], "ms", 0),
        figure("review_found", told["found"], "allowances", 0),
    ]


def stress() -> Figures:
    """A day on which one record in twenty has an effect."""
    ready.have_meter(LINES)
    with metering() as meter:
        counting.until_serving(meter, place=4)
        counted = counting.count_traffic(meter, ready.stress())
    counted.tell("stress")
    return [
        figure("stress_records_per_second", counted.per_second, "records/s", 0),
        figure("stress_effects_of_records", 100 * counted.crossings / counted.records, "%", 0),
    ]


def others() -> Figures:
    """Some files by other means; ours from the same facts, alone on the machine."""
    traffic, facts = ready.others(), ready.facts_of(LINES)
    files, records = traffic.files(CACHE), traffic.records
    before = [ready.probe(0), ready.probe(5)]
    ready.prepare_meter(LINES)
    with metering() as meter:
        counting.until_serving(meter, place=5)
        ours = counting.count(meter, files, records)
    ours.tell("ours, the same files")
    say(f"    {ours.reminders:,} of the effects are at 80 or 100 % of an allowance")
    places = {
        "postgresql": os.environ["DATABASE_URL"],
        "duckdb": str(SCRATCH / "peer.duckdb"),
        "plain": "",
    }
    told, found = [], {"ours": ours.reminders}
    for name, place in places.items():
        _, seconds, found[name] = peers.run(getattr(peers, name), place, facts, files, before)
        peer = records / seconds
        told.append(figure(f"records_per_second_beside_{name}", ours.per_second, "records/s", peer))
    peers.require_equal(found)
    return told


def flame() -> Figures:
    """Where the time goes: a picture of all threads of the meter while it counts."""
    files, drawn, log = ready.flame().files(CACHE), CACHE / "flame.svg", CACHE / "flame.log"
    drawn.unlink(missing_ok=True)
    ready.have_meter(LINES)
    with metering() as meter:
        counting.until_serving(meter, place=7)
        picture = [str(Path(sys.executable).with_name("py-spy")), "record", "--threads"]
        picture += ["--pid", str(meter.pid), "--output", str(drawn)]
        with log.open("wb") as told:
            watching = subprocess.Popen(picture, stdout=told, stderr=told)
        counting.count(meter, files, ready.flame().records).tell("while it was watched")
        watching.send_signal(signal.SIGINT)
        ended = watching.wait()
    said = log.read_text(errors="replace")[-1_000:]
    require(ended == 0 and drawn.exists(), f"py-spy drew nothing (exit code {ended}): {said}")
    return []


def _told_by(module: str) -> dict[str, float]:
    """The figures that a process of its own prints last, and the most memory that it took (PSS)."""
    command = [sys.executable, "-m", f"bench.province.{module}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        # Where there is little to do it is over within a second.
        watch = MemoryWatch(process.pid, every=0.2)
        said, _ = process.communicate()
        watch.end()
    require(process.returncode == 0, f"{module} ended with {process.returncode}")
    figures: dict[str, float] = json.loads(said.splitlines()[-1])
    return {**figures, "memory": watch.most}


# Those that follow each other go on with the same meter; a fresh one of all lines takes minutes.
STAGES = {
    "others": others,
    "month": month,
    "steady": steady,
    "reading": reading,
    "review": review,
    "stress": stress,
    "flame": flame,
    "flatness": flatness,
}
