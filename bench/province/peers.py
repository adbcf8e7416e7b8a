"""The same files counted by others, each in a process of its own."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psycopg

from bench import peer_plain, peer_postgresql
from bench.figures import require, say
from bench.province import peer_duckdb
from bench.province.facts import read_facts

Timed = tuple[float, float, int]
"""Seconds of setting up, seconds of counting, reminders."""
Files = Sequence[Path]
Peer = Callable[[str, Path, Files, Files], Timed]
"""By where it works, the facts, what was counted before, and what is timed."""


def postgresql(url: str, facts: Path, before: Files, files: Files) -> Timed:
    """Set-based upserts, a file a transaction, on the server that serves us, too."""
    with psycopg.connect(url) as connection:
        began = time.perf_counter()
        peer_postgresql.set_up(connection, read_facts(facts))
        for path in before:
            peer_postgresql.count(connection, [path])
        set_up = time.perf_counter() - began
        seconds, found = _timed(
            lambda: sum(peer_postgresql.count(connection, [path]) for path in files)
        )
        connection.execute("DROP SCHEMA peer CASCADE")
    return set_up, seconds, found


def duckdb(path: str, facts: Path, before: Files, files: Files) -> Timed:
    """Set-based statements in a columnar database, whose file is removed again."""
    _remove(Path(path))
    began = time.perf_counter()
    connection = peer_duckdb.opened(Path(path), facts)
    earlier = peer_duckdb.count(connection, before)
    set_up = time.perf_counter() - began
    seconds, found = _timed(lambda: peer_duckdb.count(connection, files))
    connection.close()
    _remove(Path(path))
    return set_up, seconds, found - earlier


def plain(_: str, facts: Path, before: Files, files: Files) -> Timed:
    """A loop over records, in memory."""
    began = time.perf_counter()
    meter = peer_plain.PlainMeter(read_facts(facts))
    earlier = meter.count(before)
    set_up = time.perf_counter() - began
    seconds, found = _timed(lambda: meter.count(files))
    return set_up, seconds, found - earlier


def run(peer: Peer, place: str, facts: Path, files: Files, before: Files = ()) -> Timed:
    """Run a peer in a process that leaves nothing behind, and say how it went."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as alone:
        set_up, seconds, found = alone.submit(peer, place, facts, before, files).result()
    say(f"  {peer.__name__}: set up in {set_up:.1f} s, {seconds:.1f} s, {found:,} reminders")
    return set_up, seconds, found


def require_equal(found: Mapping[str, int]) -> None:
    """Ratios mean something only where everybody found as many reminders."""
    told = ", ".join(f"{name} {count:,}" for name, count in found.items())
    require(len(set(found.values())) == 1, f"not everybody found as many reminders: {told}")


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _remove(database: Path) -> None:
    for path in (database, database.with_name(f"{database.name}.wal")):
        path.unlink(missing_ok=True)
