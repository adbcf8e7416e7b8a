"""`make bench-archive`: a line's month among 100 million archived records, and what compaction
costs, beside DuckDB over the same files and an index in PostgreSQL.
"""

import io
import os
import shutil
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import duckdb
import numpy as np
import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from django.core.management import call_command
from django.db import connection

from bench.archived import FIRST_NUMBER, LINES, MIDNIGHT, blocks, write_month
from bench.figures import SERVER, figure, say, show, timed
from bench.scratch import SCRATCH
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.archive import archive_path, write_archive
from wanhao.usage.archive.compaction import ArchivedBatch, Compaction, compacting
from wanhao.usage.details import records_of
from wanhao.usage.folders import Folders
from wanhao.usage.home import note_home

RECORDS = int(os.environ.get("BENCH_RECORDS", "100000000"))
COMPACTED = int(os.environ.get("BENCH_COMPACTED", str(min(RECORDS, 10_000_000))))
ONE_LINE_IN = max(RECORDS // 10_000_000, 1)
"""PostgreSQL has the records of one line in so many."""
ASKED, ASKED_OF_DUCKDB = 300, 20
CYCLE, LAST_DAY = 202611, 29
MONTH = (MIDNIGHT, MIDNIGHT + 30 * 86_400)
COLUMNS = "record_id, source, number, service, zone, start, quantity, sign, charge_fen, batch"
Figures = list[dict[str, object]]


def main() -> None:
    """Set up the archive once, ask all three, then compact on both sides."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        figures = measure()
    show("archive", figures)


def measure() -> Figures:
    """Details first, compaction after it."""
    call_command("migrate", verbosity=0)
    rng = np.random.default_rng(10_000)
    folders = Folders(SCRATCH / "usage")
    folders.make()
    note_home(folders)
    timed(f"{RECORDS:,} records in the archive", lambda: write_month(folders.archive, RECORDS, rng))
    lines = FIRST_NUMBER + rng.integers(0, LINES, ASKED)
    numbers = (lines // ONE_LINE_IN * ONE_LINE_IN).tolist()
    return [*details(folders.archive, numbers), *compaction(SCRATCH / "compaction", rng)]


def details(archive: Path, numbers: Sequence[int]) -> Figures:
    """Milliseconds until a line's month is there, ours beside the others'."""
    shards = [str(path) for path in archive.glob("days/*/*/*.parquet") if "index" not in path.name]
    octets = sum(os.stat(path).st_size for path in shards)
    say(f"  {len(shards):,} files, {octets / 1e9:.2f} GB, {octets / RECORDS:.1f} octets a record")
    cold, warm = asked(_ours, numbers), asked(_ours, numbers)
    say(f"  ours: {warm}; the first time: {cold}")
    with duckdb.connect() as peer:
        peer.execute("SET parquet_metadata_cache = true")
        asked(lambda number: _of_duckdb(peer, shards, number), numbers[:1])
        columnar = asked(lambda n: _of_duckdb(peer, shards, n), numbers[:ASKED_OF_DUCKDB])
        say(f"  DuckDB: {columnar}")
        for number in numbers[:3]:
            assert len(records_of([number], CYCLE)) == _of_duckdb(peer, shards, number)
    indexed = asked_of_postgresql(shards, numbers)
    say(f"  PostgreSQL: {indexed}")
    return [
        figure("archive.month_of_a_line_ms", warm.half, "ms", columnar.half),
        figure("archive.month_of_a_line_p99_ms", warm.most, "ms", columnar.most),
        figure("archive.month_of_a_line_cpu_ms", warm.processor, "ms", columnar.processor),
        figure("archive.month_of_a_line_first_ms", cold.half, "ms", 0),
        figure("archive.month_of_a_line_ms_to_index", warm.half, "ms", indexed.half),
        figure("archive.octets_a_record", octets / RECORDS, "octets", _octets_of_postgresql()),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Milliseconds that half of the questions and 99 of 100 stayed below, and how long our
    processors worked for each."""

    half: float
    most: float
    processor: float

    def __str__(self) -> str:
        return f"{self.half:.1f} ms, {self.most:.1f} ms, {self.processor:.1f} ms of a processor"


def asked(find: Callable[[int], object], numbers: Sequence[int]) -> Answered:
    """How quickly each of them is found."""
    times = []
    worked = process_time()
    for number in numbers:
        begun = perf_counter()
        find(number)
        times.append((perf_counter() - begun) * 1000)
    worked = (process_time() - worked) * 1000 / len(numbers)
    times.sort()
    return Answered(half=median(times), most=times[int(len(times) * 0.99)], processor=worked)


def _ours(number: int) -> object:
    return records_of([number], CYCLE)


def _of_duckdb(peer: duckdb.DuckDBPyConnection, shards: list[str], number: int) -> int:
    query = f"SELECT {COLUMNS} FROM read_parquet($files) WHERE number = $number"
    query += " AND start >= $first AND start < $end ORDER BY start"
    asked_for = {"files": shards, "number": number, "first": MONTH[0], "end": MONTH[1]}
    return len(peer.execute(query, asked_for).fetchall())


def asked_of_postgresql(shards: Sequence[str], numbers: Sequence[int]) -> Answered:
    """A table of some of the same records, with an index on number and start."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as peer:
        peer.execute(
            "CREATE UNLOGGED TABLE detail (record_id bigint, source text, number bigint,"
            " service text, zone text, start bigint, quantity bigint, sign smallint,"
            " charge_fen bigint, batch bigint)"
        )
        timed("the same in PostgreSQL", lambda: _copy(peer, shards))
        peer.execute("CREATE INDEX ON detail (number, start)")
        peer.execute("VACUUM ANALYZE detail")
        query = "SELECT * FROM detail WHERE number = %s AND start >= %s AND start < %s"
        query += " ORDER BY start"

        def find(number: int) -> object:
            return peer.execute(query, [number, *MONTH]).fetchall()

        asked(find, numbers)
        return asked(find, numbers)


def _copy(peer: psycopg.Connection, shards: Sequence[str]) -> None:
    """The whole month of one line in so many."""
    with peer.cursor().copy(f"COPY detail ({COLUMNS}) FROM STDIN (FORMAT csv)") as copy:
        for path in shards:
            table = pq.read_table(path, columns=COLUMNS.split(", "))
            number = table["number"].to_numpy()
            table = table.filter(pa.array(number % ONE_LINE_IN == 0))
            out = io.BytesIO()
            pa.csv.write_csv(table, out, pa.csv.WriteOptions(include_header=False))
            copy.write(out.getvalue())


def _octets_of_postgresql() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('detail'), count(*) FROM detail")
        octets, records = cursor.fetchone()
    say(f"  PostgreSQL has {records:,} of the records")
    return float(octets / records)


def compaction(archive: Path, rng: np.random.Generator) -> Figures:
    """Records a second from files of batches to parts of days, and back to batches."""
    archive.mkdir()
    batches = []
    for number, block in enumerate(blocks(COMPACTED, LAST_DAY, rng), 1):
        token = uuid.uuid4()
        write_archive(archive_path(archive, number, token), block)
        batches.append(ArchivedBatch(number=number, token=token, metered=len(block)))
    paths = [str(path) for path in archive.glob("batch-*")]
    peer = timed("sorted by day in DuckDB", lambda: _sorted_by_duckdb(paths, archive / "peer"))
    ours = timed("compacted", lambda: _compact(archive, batches))
    shutil.rmtree(archive / "peer")
    return [figure("archive.compacted_per_second", COMPACTED / ours, "records/s", COMPACTED / peer)]


def _compact(archive: Path, batches: Sequence[ArchivedBatch]) -> None:
    with compacting(archive):
        Compaction(archive).take_in(batches, batches[-1].number)


def _sorted_by_duckdb(paths: list[str], folder: Path) -> None:
    """The same records by day, number and start, with both processors."""
    with duckdb.connect() as peer:
        peer.execute("SET memory_limit = '1GB'")
        peer.execute(f"SET temp_directory = '{folder}-temporary'")
        peer.execute(
            "COPY (SELECT *, (start + 28800) // 86400 AS day FROM read_parquet(?, filename = true)"
            " ORDER BY day, number, start) TO ?"
            " (FORMAT parquet, PARTITION_BY (day), COMPRESSION lz4)",
            [paths, str(folder)],
        )
