"""The inputs of `make bench`: figures only compare when everybody counts the same records."""

from pathlib import Path

import numpy as np
import pytest

from bench.figures import MeaninglessError
from bench.plots import Chart
from bench.province import peers
from bench.province.facts import lines, numbers_of, read_facts, write_facts
from bench.province.records import Traffic
from wanhao.usage.readers import read_blocks
from wanhao.usage.schema import COLUMNS

A_DAY = Traffic(lines=5_000, records=200_000, file_rows=50_000)


def test_any_part_of_the_records_can_be_made_alone() -> None:
    whole = A_DAY.columns(0, 200_000)
    assert A_DAY.columns(120_000, 130_000).equals(whole.slice(120_000, 10_000))


def test_three_in_a_thousand_records_came_before() -> None:
    records = A_DAY.columns(0, 200_000)
    again = len(records) - len(np.unique(records["record_id"].to_numpy()))
    assert again == pytest.approx(600, rel=0.2)


def test_a_record_delivered_again_says_the_same_but_for_a_few() -> None:
    records = A_DAY.columns(0, 200_000).to_pylist()
    first: dict[int, dict[str, object]] = {}
    told = [(first.setdefault(record["record_id"], record), record) for record in records]
    other = sum(earlier != record for earlier, record in told)
    assert 0 < other < 100


def test_files_are_read_by_the_meter_as_they_were_meant(tmp_path: Path) -> None:
    files = A_DAY.files(tmp_path)
    assert len(files) == 4
    assert list(COLUMNS) == A_DAY.columns(0, 1).column_names
    blocks = list(read_blocks(files[2]))
    assert not any(block.unreadable for block in blocks)
    meant = A_DAY.columns(100_000, 150_000)
    read = np.concatenate([block.records.quantity for block in blocks])
    assert read.tolist() == meant["quantity"].to_pylist()


def test_no_two_lines_have_the_same_number() -> None:
    assert len(np.unique(numbers_of(np.arange(1, 100_001), 100_000))) == 100_000


def test_facts_come_back_from_their_file(tmp_path: Path) -> None:
    path = write_facts(tmp_path / "facts.parquet", 2_500)
    (read,) = read_facts(path)
    made = lines(1, 2_500, 2_500)
    for name in ("ids", "number", "plan", "allowance", "used", "prepaid"):
        assert np.array_equal(getattr(read, name), getattr(made, name)), name


def test_peers_find_as_many_reminders_whatever_was_counted_before(tmp_path: Path) -> None:
    facts = write_facts(tmp_path / "facts.parquet", A_DAY.lines)
    files, place = A_DAY.files(tmp_path), str(tmp_path / "peer.duckdb")
    _, _, first = peers.plain("", facts, (), files[:2])
    _, _, rest = peers.plain("", facts, files[:2], files[2:])
    assert first > 0 < rest
    for before, counted, wanted in (((), files[:2], first), (files[:2], files[2:], rest)):
        _, _, found = peers.duckdb(place, facts, before, counted)
        peers.require_equal({"plain": wanted, "duckdb": found})


def test_peers_that_find_another_number_of_reminders_end_the_run() -> None:
    with pytest.raises(MeaninglessError, match="ours 1,746, duckdb 1,745"):
        peers.require_equal({"ours": 1_746, "duckdb": 1_745})


def test_a_chart_is_drawn_from_nothing_upward(tmp_path: Path) -> None:
    chart = Chart(
        title="Cost", across="lines", upward="ns", lines={"a record": [(1, 190.0), (14, 201.0)]}
    )
    drawn = chart.write(tmp_path / "chart.svg").read_text()
    assert drawn.startswith("<svg ")
    assert ">250<" in drawn
    assert ">a record<" in drawn
