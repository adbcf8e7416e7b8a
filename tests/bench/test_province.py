"""The inputs of `make bench`: figures only compare when everybody counts the same records."""

from pathlib import Path

import numpy as np
import pytest

from bench.plots import Chart
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


def test_a_chart_is_drawn_from_nothing_upward(tmp_path: Path) -> None:
    chart = Chart(
        title="Cost", across="lines", upward="ns", lines={"a record": [(1, 190.0), (14, 201.0)]}
    )
    drawn = chart.write(tmp_path / "chart.svg").read_text()
    assert drawn.startswith("<svg ")
    assert ">250<" in drawn
    assert ">a record<" in drawn
