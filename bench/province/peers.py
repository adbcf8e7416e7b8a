"""The same files counted by others, each in a process of its own."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import psycopg

from bench import peer_plain, peer_postgresql
from bench.province import peer_duckdb
from bench.province.facts import read_facts

Timed = tuple[float, float, int]
"""Seconds of setting up, seconds of counting, reminders."""


def postgresql(url: str, facts: Path, files: Sequence[Path]) -> Timed:
    """Set-based upserts, a file a transaction, on the server that serves us, too."""
    with psycopg.connect(url) as connection:
        set_up, _ = _timed(lambda: peer_postgresql.set_up(connection, read_facts(facts)))
        seconds, found = _timed(
            lambda: sum(peer_postgresql.count(connection, [path]) for path in files)
        )
        connection.execute("DROP SCHEMA peer CASCADE")
    return set_up, seconds, found


def duckdb(path: str, facts: Path, files: Sequence[Path]) -> Timed:
    """Set-based statements in a columnar database."""
    began = time.perf_counter()
    connection = peer_duckdb.opened(Path(path), facts)
    set_up = time.perf_counter() - began
    seconds, found = _timed(lambda: peer_duckdb.count(connection, files))
    connection.close()
    return set_up, seconds, found


def plain(_: str, facts: Path, files: Sequence[Path]) -> Timed:
    """A loop over records, in memory."""
    began = time.perf_counter()
    meter = peer_plain.PlainMeter(read_facts(facts))
    set_up = time.perf_counter() - began
    return set_up, *_timed(lambda: meter.count(files))


def run(
    peer: Callable[[str, Path, Sequence[Path]], Timed], place: str, facts: Path, files: list[Path]
) -> Timed:
    """Run a peer in a process that leaves nothing behind."""
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as alone:
        return alone.submit(peer, place, facts, files).result()


def _timed(work: Callable[[], int | None]) -> tuple[float, int]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found or 0
