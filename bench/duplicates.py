"""`python -m bench --duplicates`: what it costs to know a record again, and in how much memory.

Identities of a month come in batches, most of them of the hours in which they arrive, two of a
hundred of some day before. Every record is asked for and remembered; files are written and merged
on the way. Then a file of long ago comes again, all of it known, and the meter starts anew. A
dictionary and a keyed table of PostgreSQL do the same with the first of the batches.
"""

import os
import shutil
import time
from collections.abc import Iterator
from itertools import pairwise, repeat
from pathlib import Path

import numpy as np
import psycopg

from bench.figures import SERVER, figure, say, show
from bench.scratch import SCRATCH
from wanhao.metering.folding import Records
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.blocks import Block, Words
from wanhao.usage.duplicates import HOUR, DuplicateIndex, Remembering, Told, opened

IDENTITIES = int(os.environ.get("BENCH_IDENTITIES", "100_000_000"))
BATCH = 500_000
PEERS = 4
"""Batches that the peers are given."""
FIRST = 1_793_462_400
HOURS = 30 * 24
SOURCES = tuple([f"pgw-{number}" for number in range(18)] + ["roam-hk", "roam-us"])
REMEMBERING = Remembering(days_of={"roam-*": 90})
LATE = 0.02
TABLE = """
DROP TABLE IF EXISTS asked, known;
CREATE UNLOGGED TABLE asked (source text, id bigint, hour int, content bigint);
CREATE TABLE known (source text, id bigint, hour int, content bigint,
    PRIMARY KEY (source, id, hour));
"""


def main() -> None:
    """Print and keep the figures."""
    folder = SCRATCH / "identities"
    figures = _ours(folder)
    shutil.rmtree(folder)
    ours, plain = _first_batches(folder), _in_a_dictionary()
    with EmbeddedPostgres(SCRATCH, SERVER):
        keyed = _in_postgresql()
    for name, (cost, size), (ours_cost, ours_size) in (
        ("dictionary", plain, ours),
        ("postgresql", keyed, ours),
    ):
        say(f"  {name}: {cost:,.0f} ns a record, {size:,.0f} octets each")
        figures.append(figure(f"than_{name}", cost / ours_cost, "times as fast", 1.0))
        figures.append(figure(f"octets_{name}", size, "octets each", ours_size))
    show("duplicates", figures)


def batch(number: int, batches: int) -> Block:
    """A batch of new identities; the same for the same number."""
    rng = np.random.default_rng(number)
    hours = max(HOURS // batches, 1)
    hour = number * HOURS // batches + rng.integers(0, hours, BATCH)
    late = rng.random(BATCH) < LATE
    hour[late] = rng.integers(0, number * HOURS // batches + 1, int(late.sum()))
    word = Words(code=np.zeros(BATCH, np.int32), names=("data",))
    return Block(
        row=np.arange(1, BATCH + 1),
        id=np.arange(number * BATCH, (number + 1) * BATCH),
        text_id=None,
        source=Words(code=rng.integers(0, len(SOURCES), BATCH, np.int32), names=SOURCES),
        service=word,
        zone=word,
        records=Records(
            number=16_900_000_000 + rng.integers(0, 14_000_000, BATCH),
            service=np.full(BATCH, 2, np.uint8),
            zone=np.zeros(BATCH, np.uint8),
            start=FIRST + hour * HOUR + rng.integers(0, HOUR, BATCH),
            quantity=rng.integers(1, 1 << 24, BATCH),
            sign=np.ones(BATCH, np.int8),
        ),
        last_row=BATCH,
    )


def _ours(folder: Path) -> list[dict[str, object]]:
    """Fill an index to the brim, batch by batch; what it costs must not grow."""
    batches = IDENTITIES // BATCH
    index = opened(folder, REMEMBERING)
    before, most, costs = _memory(), 0.0, []
    for first, last in pairwise(range(0, batches + 1, max(batches // 10, 1))):
        took = processor = 0.0
        for number in range(first, last):
            seconds, work = _counted(index, batch(number, batches))
            took, processor = took + seconds, processor + work
            most = max(most, _memory() - before)
        costs.append(processor / (last - first) / BATCH * 1e9)
        say(
            f"  {last * BATCH:,} remembered: {costs[-1]:,.0f} ns of a processor a record,"
            f" {took / (last - first) / BATCH * 1e9:,.0f} ns by the clock,"
            f" {len(index.shelf.runs)} runs, {_memory() - before:,.0f} MB"
        )
    told = index.seal().told()
    index.keep_only(told["runs"])
    index.close()
    stored = sum(path.stat().st_size for path in folder.iterdir())
    return [
        figure("cost_at_first", costs[0], "ns of a processor", 0),
        figure("cost_at_last", costs[-1], "ns of a processor", costs[0]),
        figure("memory_at_most", most, "MB", REMEMBERING.memory / (1 << 20)),
        figure("disk", stored / (batches * BATCH), "octets each", 0),
        *_started_again(folder, told, batches),
    ]


def _started_again(folder: Path, told: Told, batches: int) -> list[dict[str, object]]:
    """A new start, its first batch, and a batch that was counted long ago."""
    began = time.perf_counter()
    index = opened(folder, REMEMBERING, told)
    start = time.perf_counter() - began
    first, _ = _counted(index, batch(batches, batches))
    old = batch(batches // 10, batches)
    began = time.process_time()
    verdict = index.judge(old)
    known = time.process_time() - began
    assert verdict.duplicate.all()
    index.close()
    return [
        figure("start", start, "s", 0),
        figure("first_batch_after_start", first, "s", 0),
        figure("known_again", known / BATCH * 1e9, "ns of a processor", 0),
    ]


def _counted(index: DuplicateIndex, block: Block) -> tuple[float, float]:
    """Seconds by the clock and of processors for one batch, what goes on beside included."""
    began, processor = time.perf_counter(), time.process_time()
    verdict = index.judge(block)
    assert not verdict.duplicate.any()
    assert not verdict.conflict.any()
    index.remember(verdict.new)
    index.forget_before(int(block.records.start.max()))
    return time.perf_counter() - began, time.process_time() - processor


def _first_batches(folder: Path) -> tuple[float, float]:
    """Nanoseconds a record by the clock, and octets each on the disk, of what the peers do too."""
    index = opened(folder, REMEMBERING)
    took = sum(_counted(index, block)[0] for block in _blocks())
    index.seal().told()
    index.close()
    stored = sum(path.stat().st_size for path in folder.iterdir())
    return took / PEERS / BATCH * 1e9, stored / PEERS / BATCH


def _in_a_dictionary() -> tuple[float, float]:
    """The same with a dictionary from identity to content."""
    known: dict[tuple[str, int, int], int] = {}
    before, took = _memory(), 0.0
    for block in _blocks():
        rows = list(zip(*_columns(block), strict=True))
        began = time.perf_counter()
        for source, identity, hour, content in rows:
            assert known.setdefault((source, identity, hour), content) == content
        took += time.perf_counter() - began
        del rows
    return took / len(known) * 1e9, (_memory() - before) * (1 << 20) / len(known)


def _in_postgresql() -> tuple[float, float]:
    """The same with a primary key; the time of handing the rows over is left out."""
    took = 0.0
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(TABLE)
        for block in _blocks():
            with connection.cursor().copy("COPY asked FROM STDIN") as copy:
                for row in zip(*_columns(block), strict=True):
                    copy.write_row(row)
            began = time.perf_counter()
            connection.execute("INSERT INTO known SELECT * FROM asked ON CONFLICT DO NOTHING")
            connection.commit()
            took += time.perf_counter() - began
            connection.execute("TRUNCATE asked")
        size = connection.execute("SELECT pg_total_relation_size('known')").fetchone()
    return took / PEERS / BATCH * 1e9, (size[0] if size else 0) / PEERS / BATCH


def _blocks() -> Iterator[Block]:
    return map(batch, range(PEERS), repeat(PEERS))


def _columns(block: Block) -> tuple[list[str], list[int], list[int], list[int]]:
    hour = (block.records.start // HOUR).tolist()
    source = [block.source.names[code] for code in block.source.code.tolist()]
    return source, block.id.tolist(), hour, block.records.quantity.tolist()


def _memory() -> float:
    """The share of memory that is this process's, in MB."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
