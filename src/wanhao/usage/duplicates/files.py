"""Run files: written once, merged from other runs piece by piece, then only looked into.

A file is its columns, then the fence, the hours and where they begin, then a description in JSON
with its length and checksum. It gets its name only when it stands on the disk, and one that was cut
short is never taken for whole.
"""

import json
import mmap
import os
import struct
import uuid
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from wanhao.metering.columns import I64
from wanhao.usage.duplicates.identities import (
    ID_BITS,
    U64,
    Identities,
    hour_bounds,
    source_of,
)
from wanhao.usage.duplicates.runs import FENCE, Run, sources_in
from wanhao.usage.durable import sync_folder

PIECE = 1 << 18
"""Identities that are merged at a time; so many fit the processor's cache."""
PAGE = 4096
MAGIC = b"identiti"
_END = struct.Struct("<QI8s")


class CutRunError(ValueError):
    """A run file that is not there, or not whole."""


def new_path(folder: Path) -> Path:
    """A name that no other run has."""
    return folder / f"identities-{uuid.uuid4().hex}.run"


def write_run(folder: Path, runs: Sequence[Run], floor: I64) -> Run | None:
    """Merge runs of one kind into a file and open it; None when nothing of them is left.

    `floor` has the earliest hour that is remembered, by source code; what is earlier is left out.
    OSError leaves nothing behind.
    """
    path = new_path(folder)
    unfinished = path.with_name(f".{path.name}.tmp")
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with unfinished.open("wb") as handle:
            written = _write(handle, runs, floor)
        if not written:
            unfinished.unlink()
            return None
        unfinished.rename(path)
        sync_folder(folder)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return open_run(path)


def open_run(path: Path) -> Run:
    """Map a run file. CutRunError where it is missing or not whole."""
    try:
        with path.open("rb") as handle:
            mapped = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
        told = _description(mapped)
    except (OSError, ValueError, struct.error) as error:
        raise CutRunError(f"{path.name} is not there, or not whole: {error}") from None
    mapped.madvise(mmap.MADV_RANDOM)
    offset, rows = told["offset"], told["rows"]

    def column(name: str) -> Any:
        kind = np.dtype(told["kind"][name])
        return np.frombuffer(mapped, kind, told["length"].get(name, rows), offset[name])

    return Run(
        key=column("key"),
        tail=column("tail"),
        content=column("content"),
        text=column("text") if "text" in offset else None,
        fence=column("fence").copy(),
        hours=column("hours").copy(),
        first=column("first").copy(),
        sources={int(code): (count, last) for code, (count, last) in told["sources"].items()},
        path=path,
        mapped=mapped,
        offset=offset,
    )


def pieces(runs: Sequence[Run], floor: I64) -> Iterator[Identities]:
    """The identities of several runs of one kind in order, a piece at a time."""
    samples = np.sort(np.concatenate([_sample(run) for run in runs]))
    step = PIECE // FENCE
    pivots = np.unique(samples[step::step])
    bounds = [np.concatenate([[0], run.position(pivots), [len(run)]]) for run in runs]
    for run in runs:
        run.let_go()
    for place in range(len(pivots) + 1):
        spans = [(int(bound[place]), int(bound[place + 1])) for bound in bounds]
        parts = [
            _part(run, *span) for run, span in zip(runs, spans, strict=True) if span[0] < span[1]
        ]
        if parts:
            yield _young(_merged(parts), floor)


@dataclass(slots=True)
class _Written:
    """What has been written of a run so far."""

    rows: int = 0
    fence: list[U64] = field(default_factory=list)
    sources: dict[int, tuple[int, int]] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)

    def add(self, piece: Identities) -> None:
        self.fence.append(piece.key[-self.rows % FENCE :: FENCE].copy())
        hours, first = hour_bounds(piece.key)
        for hour, count in zip(hours.tolist(), np.diff(first).tolist(), strict=True):
            self.counts[hour] = self.counts.get(hour, 0) + count
        for source, (count, last) in sources_in(piece.tail, hours, first).items():
            before, latest = self.sources.get(source, (0, last))
            self.sources[source] = before + count, max(latest, last)
        self.rows += len(piece)


def _write(handle: BinaryIO, runs: Sequence[Run], floor: I64) -> int:
    """Write all of a file and force it to disk; returns how many identities it has."""
    kinds = _kinds(runs)
    offset, end = {}, 0
    for name, kind in kinds.items():
        offset[name] = end
        end += -(-sum(map(len, runs)) * kind.itemsize // PAGE) * PAGE
    written = _Written()
    for piece in pieces(runs, floor):
        for name, kind in kinds.items():
            handle.seek(offset[name] + written.rows * kind.itemsize)
            handle.write(np.ascontiguousarray(getattr(piece, name), kind).data)
        written.add(piece)
    if written.rows:
        handle.seek(end)
        _finish(handle, written, {name: kind.str for name, kind in kinds.items()}, offset)
        handle.flush()
        os.fsync(handle.fileno())
    return written.rows


def _finish(
    handle: BinaryIO, written: _Written, kinds: dict[str, str], offset: dict[str, int]
) -> None:
    """Write what stands behind the columns."""
    hours = np.fromiter(written.counts, np.int64)
    counts = np.fromiter(written.counts.values(), np.int64)
    behind: Mapping[str, Any] = {
        "fence": np.concatenate(written.fence),
        "hours": hours,
        "first": np.concatenate([[0], np.cumsum(counts)]),
    }
    told: dict[str, Any] = {"rows": written.rows, "kind": kinds, "offset": offset, "length": {}}
    for name, column in behind.items():
        told["offset"][name] = handle.tell()
        told["kind"][name] = column.dtype.str
        told["length"][name] = len(column)
        handle.write(column.data)
    text = json.dumps({**told, "sources": written.sources}).encode()
    handle.write(text)
    handle.write(_END.pack(len(text), zlib.crc32(text), MAGIC))


def _description(mapped: mmap.mmap) -> dict[str, Any]:
    length, checksum, magic = _END.unpack(mapped[-_END.size :])
    text = mapped[-_END.size - length : -_END.size]
    if magic != MAGIC or zlib.crc32(text) != checksum:
        raise ValueError("its end is missing")
    told: dict[str, Any] = json.loads(text)
    return told


def _kinds(runs: Sequence[Run]) -> dict[str, np.dtype[Any]]:
    """The type of each column that the runs have, wide enough for all of them."""
    names = ["key", "tail", "content", *(["text"] if runs[0].text is not None else [])]
    return {name: np.result_type(*(getattr(run, name) for run in runs)) for name in names}


def _sample(run: Run) -> Any:
    return run.key[::FENCE] if run.fence is None else run.fence


def _part(run: Run, low: int, high: int) -> Identities:
    return Identities(
        key=run.read("key", low, high),
        tail=run.read("tail", low, high),
        content=run.read("content", low, high),
        text=run.read("text", low, high) if run.is_textual else None,
    )


def _merged(parts: Sequence[Identities]) -> Identities:
    """One of several; a stable sort finds that each is in order, and only merges them."""
    if len(parts) == 1:
        return parts[0]
    texts = [part.text for part in parts if part.text is not None]
    both = Identities(
        key=np.concatenate([part.key for part in parts]),
        tail=np.concatenate([part.tail for part in parts]),
        content=np.concatenate([part.content for part in parts]),
        text=np.concatenate(texts) if texts else None,
    )
    return both.take(both.key.argsort(kind="stable"))


def _young(piece: Identities, floor: I64) -> Identities:
    """Without what is earlier than is remembered."""
    if int(piece.key[0]) >> ID_BITS >= floor.max(initial=0):
        return piece
    hour = piece.key >> np.uint64(ID_BITS)
    early = hour.view(np.int64) < floor[source_of(piece.tail)]
    return piece.take(~early) if early.any() else piece
