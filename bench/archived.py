"""Records of a month as the archive keeps them, made fast: whatever the number of records, the
parts are those that compaction would have left.
"""

import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanhao.metering.folding import Records
from wanhao.usage.archive.layout import part_folder
from wanhao.usage.archive.manifest import Manifest, Part, save_manifest
from wanhao.usage.archive.parts import PartWriter
from wanhao.usage.archive.rows import SCHEMA
from wanhao.usage.blocks import Block, Words
from wanhao.usage.models import Batch

LINES = 14_000_000
FIRST_NUMBER = 13_800_000_000
FIRST_DAY = date(2026, 11, 1)
MIDNIGHT = int(datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp())
DAYS = 30
DAY = 86_400
BATCH = 500_000
SOURCES = tuple(f"msc-{number}" for number in range(20))
SERVICES = ("voice", "data", "message")
ZONES = ("domestic", "roaming", "free")
Int64 = NDArray[np.int64]


def write_month(archive: Path, records: int, rng: np.random.Generator) -> None:
    """A month's records in one part for each day, with the batches in which they were counted."""
    shutil.rmtree(archive, ignore_errors=True)
    archive.mkdir(parents=True)
    parts, batches = [], 0
    for day in range(DAYS):
        rows = records // DAYS
        first, batches = batches + 1, batches + -(-rows // BATCH)
        parts.append(_write_day(archive, day, rows, (first, batches), rng))
    save_manifest(archive, Manifest(through=batches, until="2026-12-01", parts=tuple(parts)))
    _tell_batches(parts)


def _write_day(
    archive: Path, day: int, rows: int, span: tuple[int, int], rng: np.random.Generator
) -> Part:
    name = f"p{span[1]:012d}-{uuid.uuid4().hex[:12]}"
    text = (FIRST_DAY + timedelta(days=day)).isoformat()
    writer = PartWriter(part_folder(archive, text, name))
    key = np.sort(rng.integers(0, LINES, rows) << 17 | rng.integers(0, DAY, rows))
    for begin in range(0, rows, 1 << 20):
        some = key[begin : begin + (1 << 20)]
        start = MIDNIGHT + day * DAY + (some & (1 << 17) - 1)
        writer.add(_table(FIRST_NUMBER + (some >> 17), start, span, rng))
    writer.close()
    octets = sum(path.stat().st_size for path in writer.folder.iterdir())
    return Part(
        day=text, name=name, rows=rows, octets=octets, first_batch=span[0], last_batch=span[1]
    )


def _table(
    number: Int64, start: Int64, span: tuple[int, int], rng: np.random.Generator
) -> pa.Table:
    rows = len(number)
    columns = {
        "record_id": (start - MIDNIGHT) * 1000 + rng.integers(0, 1000, rows),
        "source": _words(SOURCES, rows, rng),
        "number": number,
        "service": _words(SERVICES, rows, rng),
        "zone": _words(ZONES, rows, rng),
        "start": start,
        "quantity": _quantities(rows, rng),
        "sign": np.ones(rows, np.int8),
        "charge_fen": pa.nulls(rows, pa.int64()),
        "text_id": pa.nulls(rows, pa.binary()),
        "batch": rng.integers(span[0], span[1] + 1, rows),
    }
    return pa.table(columns, schema=SCHEMA)


def _words(names: tuple[str, ...], rows: int, rng: np.random.Generator) -> pa.Array:
    codes = pa.array(rng.integers(0, len(names), rows, dtype=np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(names))


def _quantities(rows: int, rng: np.random.Generator) -> Int64:
    """Seconds or octets: most are small, some take many bits."""
    return rng.integers(1, 600, rows) << rng.integers(0, 20, rows)


def _tell_batches(parts: list[Part]) -> None:
    """The rows that the database would have of these batches."""
    numbers = [n for part in parts for n in range(part.first_batch, part.last_batch + 1)]
    taken = datetime.fromtimestamp(MIDNIGHT, UTC)
    rows = [
        Batch(
            number=number,
            token=uuid.uuid4(),
            last_fact=0,
            files=[{"name": f"{number}.csv"}],
            records_in=BATCH,
            metered=BATCH,
            total_in=BATCH * number,
            total_metered=BATCH * number,
            taken_at=taken,
            committed_at=taken,
        )
        for number in numbers
    ]
    Batch.objects.bulk_create(rows)


def blocks(records: int, day: int, rng: np.random.Generator) -> Iterator[Block]:
    """Batches of a day as they were counted, a hundredth of each of days before."""
    for _ in range(records // BATCH):
        start = MIDNIGHT + day * DAY + rng.integers(0, DAY, BATCH)
        late = rng.random(BATCH) < 0.01
        start[late] -= DAY * rng.integers(1, day, int(late.sum()))
        yield Block(
            row=np.arange(1, BATCH + 1),
            id=(start - MIDNIGHT) * 1000 + rng.integers(0, 1000, BATCH),
            text_id=None,
            source=_block_words(SOURCES, rng),
            service=_block_words(SERVICES, rng),
            zone=_block_words(ZONES, rng),
            records=Records(
                number=FIRST_NUMBER + rng.integers(0, LINES, BATCH),
                service=np.zeros(BATCH, np.uint8),
                zone=np.zeros(BATCH, np.uint8),
                start=start,
                quantity=_quantities(BATCH, rng),
                sign=np.ones(BATCH, np.int8),
                priced=None,
            ),
            last_row=BATCH,
        )


def _block_words(names: tuple[str, ...], rng: np.random.Generator) -> Words:
    return Words(code=rng.integers(0, len(names), BATCH, dtype=np.int32), names=names)
