"""The files of the traffic maker: readable files, honest ids, and faults in planned numbers."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from wanhao.products.catalogue import read_catalogue
from wanhao.project.demo.cast import cast
from wanhao.project.demo.habits import habits_of
from wanhao.project.demo.maker import TURNS, MadeFile, TrafficMaker, hour_share
from wanhao.project.demo.notebook import Notebook
from wanhao.project.demo.population import population
from wanhao.project.demo.records import Tally
from wanhao.project.demo.usage_files import COLUMNS, FileFormat

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LINES = 3000
HABITS = habits_of(population(LINES), read_catalogue(), 202611)
Row = tuple[int, str, int, str, str, int, int, int]


def maker(folder: Path, seed: int = 7) -> TrafficMaker:
    notebook = Notebook(folder / "inbox")
    return TrafficMaker(HABITS, notebook, NOON, np.random.default_rng(seed))


def files(made_by: TrafficMaker, count: int, since: datetime = NOON) -> Iterator[MadeFile]:
    for place in range(count):
        yield made_by.next_file(since + timedelta(seconds=1.5 * place))


@pytest.fixture(scope="module")
def ten_minutes(tmp_path_factory) -> list[tuple[Tally, list[Row], int]]:
    """Four hundred files: what each was meant to hold, its rows, and how many cannot be read."""
    made = files(maker(tmp_path_factory.mktemp("demo")), 400)
    return [(file.tally, *rows_of(file)) for file in made]


def text_of(file: MadeFile) -> str:
    if file.name.endswith("gz"):
        return gzip.decompress(file.content).decode()
    if file.name.endswith("zst"):
        with pa.CompressedInputStream(pa.BufferReader(file.content), "zstd") as stream:
            return stream.read().decode()
    return file.content.decode()


def rows_of(file: MadeFile) -> tuple[list[Row], int]:
    """The rows that can be read, and how many cannot."""
    if file.name.endswith("parquet"):
        table = pq.read_table(pa.BufferReader(file.content))
        assert tuple(table.column_names) == COLUMNS
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True)), 0
    head, *lines = text_of(file).splitlines()
    assert head == ",".join(COLUMNS)
    whole = [line.split(",") for line in lines]
    good = [row for row in whole if len(row) == len(COLUMNS) and row[6].isdigit()]
    return [_typed(row) for row in good], len(whole) - len(good)


def _typed(row: list[str]) -> Row:
    return (int(row[0]), row[1], int(row[2]), row[3], row[4], int(row[5]), int(row[6]), int(row[7]))


def test_files_take_turns_in_every_format(tmp_path):
    made = list(files(maker(tmp_path), len(TURNS) * 4))
    assert {file.name.split("-2026")[0] for file in made} == set(TURNS)
    endings = {file.name.split(".", 1)[1] for file in made}
    assert endings == {kind.value for kind in FileFormat}
    assert len({file.name for file in made}) == len(made)


def test_compressed_files_read_like_plain_ones(tmp_path):
    for file in files(maker(tmp_path), 8):
        if not file.name.endswith("parquet"):
            table = pa_csv.read_csv(pa.BufferReader(text_of(file).encode()))
            assert tuple(table.column_names) == COLUMNS


def test_records_are_of_known_services_and_never_in_the_future(tmp_path):
    at = NOON
    for file in files(maker(tmp_path), 40):
        rows, _ = rows_of(file)
        for _, source, _, _, _, start, quantity, sign in rows:
            assert source == file.name.split("-2026")[0]
            assert start <= at.timestamp()
            assert quantity >= 1
            assert sign in (1, -1)
        at += timedelta(seconds=1.5)


def test_the_cast_are_left_alone(tmp_path):
    theirs = {member.number for member in cast()}
    for file in files(maker(tmp_path), 40):
        assert theirs.isdisjoint(row[2] for row in rows_of(file)[0])


def test_what_goes_wrong_goes_wrong_as_often_as_planned(ten_minutes):
    """The file's own tally agrees with a plain loop over its rows."""
    seen: set[tuple[str, int]] = set()
    known = {line.number for one in population(LINES) for group in one.groups for line in group}
    counted = {"rows": 0, "duplicates": 0, "reversals": 0, "refused": 0}
    planned = dict(counted)
    for tally, rows, unreadable in ten_minutes:
        counted["rows"] += len(rows) + unreadable
        counted["refused"] += unreadable
        for record_id, source, number, service, zone, _, _, sign in rows:
            counted["duplicates"] += (source, record_id) in seen
            counted["reversals"] += sign == -1
            strange = number not in known or service == "fax" or zone == "orbit"
            counted["refused"] += strange
            seen.add((source, record_id))
        for name in planned:
            planned[name] += getattr(tally, name)
    assert counted == planned
    assert 0.001 < counted["duplicates"] / counted["rows"] < 0.006
    assert 0.0003 < counted["reversals"] / counted["rows"] < 0.002
    assert 0.0001 < counted["refused"] / counted["rows"] < 0.001


def test_a_duplicate_repeats_its_record_exactly(ten_minutes):
    first: dict[tuple[str, int], Row] = {}
    for _, rows, _ in ten_minutes:
        for row in rows:
            assert first.setdefault((row[1], row[0]), row) == row


def test_a_reversal_takes_back_an_earlier_record_once(ten_minutes):
    sent: set[tuple[object, ...]] = set()
    taken: set[tuple[object, ...]] = set()
    for _, rows, _ in ten_minutes:
        for row in rows:
            what = row[1:7]
            if row[7] == 1:
                sent.add(what)
            else:
                assert what in sent
                assert what not in taken
                taken.add(what)
    assert taken


def test_record_ids_rise_and_are_never_used_again_after_a_restart(tmp_path):
    before = _new_ids(files(maker(tmp_path, seed=1), 30))
    after = _new_ids(files(maker(tmp_path, seed=2), 30))
    assert before
    assert before.isdisjoint(after)


def test_ids_are_not_used_again_when_the_notebook_was_lost(tmp_path):
    before = _new_ids(files(maker(tmp_path / "a"), 30))
    after = _new_ids(files(maker(tmp_path / "b"), 30, since=NOON + timedelta(minutes=2)))
    assert before.isdisjoint(after)


def _new_ids(made: Iterator[MadeFile]) -> set[tuple[str, int]]:
    return {(row[1], row[0]) for file in made for row in rows_of(file)[0]}


def test_a_day_is_busier_than_its_night():
    night = NOON.replace(hour=19)  # three in the morning in Nanchang
    assert hour_share(night) < hour_share(NOON) / 4
    assert all(0 < hour_share(NOON + timedelta(minutes=step)) <= 1 for step in range(1440))


def test_use_slows_down_as_the_days_pass(tmp_path):
    def octets(at: datetime) -> int:
        made = files(maker(tmp_path), len(TURNS), since=at)
        return sum(row[6] for file in made for row in rows_of(file)[0] if row[3] == "data")

    assert octets(NOON + timedelta(days=2)) < octets(NOON) / 5
