"""The records behind a number's use, from the detail archive."""

from datetime import UTC, datetime

import pytest

from tests.usage.operators import (
    CYCLE,
    MB,
    NOW,
    QIAN,
    START,
    ZHAO,
    drop,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage.archive import batch_files
from wanhao.usage.details import records_in_batch, records_of
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
OCTOBER_31 = int(datetime(2026, 10, 31, 12, tzinfo=UTC).timestamp())


def test_a_number_is_shown_its_records_of_the_month_in_order_of_time(tmp_path):
    two_customers()
    made = meter(tmp_path)
    later = row("A-7", service="data", quantity=3 * MB, start=START + 60)
    drop(tmp_path, "a.csv", [later, row(1, QIAN), row(2, quantity=61)])
    settle(made)
    drop(tmp_path, "b.parquet", [row(3, sign=-1, start=START + 30), row(4, QIAN)])
    settle(made)
    found = records_of([ZHAO], CYCLE)
    assert [(one.record_id, one.files, one.quantity, one.sign) for one in found] == [
        ("2", ("a.csv",), 61, 1),
        ("3", ("b.parquet",), 60, -1),
        ("A-7", ("a.csv",), 3 * MB, 1),
    ]
    assert {one.number for one in found} == {ZHAO}
    assert (found[0].source, found[0].service, found[0].zone) == ("msc-1", "voice", "domestic")
    assert [one.record_id for one in records_in_batch(found[1].batch, [ZHAO, QIAN])] == ["4", "3"]


def test_records_of_another_month_and_of_nobody_are_left_out(tmp_path):
    two_customers()
    early = NOW.replace(day=2)
    made = meter(tmp_path, clock=lambda: early)
    now = int(early.timestamp()) - 60
    drop(tmp_path, "a.csv", [row(1, start=OCTOBER_31), row(2, start=now)])
    settle(made)
    assert [one.record_id for one in records_of([ZHAO], CYCLE)] == ["2"]
    assert [one.record_id for one in records_of([ZHAO], 202610)] == ["1"]
    assert records_of([], CYCLE) == ()
    assert records_of([QIAN], CYCLE) == ()
    assert records_in_batch(999, [ZHAO]) == ()


def test_a_number_is_found_in_every_part_of_a_large_batch(tmp_path, monkeypatch):
    monkeypatch.setattr(batch_files, "ROW_GROUP", 10)
    two_customers()
    made = meter(tmp_path)
    rows = [row(n, QIAN if n % 2 else ZHAO, quantity=1, start=START + n) for n in range(100)]
    drop(tmp_path, "a.csv", rows)
    settle(made)
    assert [one.record_id for one in records_of([QIAN], CYCLE)] == [
        str(n) for n in range(1, 100, 2)
    ]
    assert len(records_of([ZHAO, QIAN], CYCLE)) == 100


def test_an_archive_out_of_reach_is_told_in_plain_words(tmp_path):
    two_customers()
    drop(tmp_path, "a.csv", [row(1)])
    made = meter(tmp_path)
    settle(made)
    (path,) = made.folders.archive.iterdir()
    path.rename(path.with_suffix(".elsewhere"))
    with pytest.raises(WanhaoError, match="missing"):
        records_of([ZHAO], CYCLE)
    made.folders.archive.rename(tmp_path / "moved")
    with pytest.raises(WanhaoError, match="not here"):
        records_of([ZHAO], CYCLE)


def test_only_files_that_may_hold_the_month_are_opened(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    (path,) = made.folders.archive.iterdir()
    path.unlink()
    assert records_of([ZHAO], 202702) == ()
