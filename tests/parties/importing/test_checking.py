"""Checking rows by themselves: what each column understands, and what is told of the rest."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.parties.importing.files import LI, LI_SON, WANG, Row, other, write
from wanhao.parties.importing.checking import Checked, Checker
from wanhao.parties.importing.contracts import Vocabulary
from wanhao.parties.importing.reading import read_batches

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
KNOWN = Vocabulary(
    plans=frozenset({"custom-prepaid-19", "lexiang-4g-129"}),
    packs=frozenset({"sms-pack-5", "sms-pack-10"}),
)


def check(folder: Path, *rows: Row) -> Checked:
    (batch,) = read_batches(write(folder, *rows))
    return Checker(KNOWN, NOW).check(batch)


def understood(folder: Path, column: str, text: str) -> object:
    checked = check(folder, other(WANG, **{column: text}))
    assert checked.faults == ()
    return checked.rows.column(column)[0].as_py()


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("kind", "", "person"),
        ("kind", "Company", "company"),
        ("city", "0792", "3604"),
        ("city", "九江", "3604"),
        ("city", "九江市", "3604"),
        ("role", "", "main"),
        ("language", "", "zh"),
        ("since", "2014-07-01", 1_404_144_000),
        ("since", "20140701", 1_404_144_000),
        ("since", "2014/7/1", 1_404_144_000),
        ("since", "2014-07-01 09:30:00", 1_404_178_200),
        ("since", "2014-07-01T01:30:00+00:00", 1_404_178_200),
        ("packs", "sms-pack-5；sms-pack-10;", "sms-pack-10;sms-pack-5"),
        ("balance_yuan", "", 0),
        ("balance_yuan", "50", 5000),
        ("balance_yuan", "50.2", 5020),
        ("balance_yuan", "0.07", 7),
        ("number", "16907910001", 16_907_910_001),
    ],
)
def test_a_field_is_understood_as_it_is_meant(
    tmp_path: Path, column: str, text: str, value: object
) -> None:
    assert understood(tmp_path, column, text) == value


@pytest.mark.parametrize(
    ("column", "text", "fault", "shown"),
    [
        ("account", "", "missing", ""),
        ("account", "A" * 57, "too-long", "A" * 57),
        ("customer", "", "missing", ""),
        ("customer", "王" * 65, "too-long", "王**"),
        ("kind", "firm", "unknown-word", "firm"),
        ("city", "", "missing", ""),
        ("city", "北京", "unknown-city", "北**"),
        ("pay_type", "later", "unknown-word", "later"),
        ("number", "", "missing", ""),
        ("number", "1690791000", "not-a-number", "169****1000"),
        ("number", "1.69E+10", "not-a-number", "1.69E+10"),
        ("number", "26907910001", "not-a-number", "269****0001"),
        ("role", "boss", "unknown-word", "boss"),
        ("language", "fr", "unknown-word", "fr"),
        ("since", "", "missing", ""),
        ("since", "2014-02-30", "not-a-date", "2014-02-30"),
        ("since", "0214-07-01", "not-a-date", "0214-07-01"),
        ("since", "2026-11-22 12:00:01", "in-the-future", "2026-11-22 12:00:01"),
        ("plan", "", "missing", ""),
        ("plan", "gold", "unknown-offering", "gold"),
        ("packs", "sms-pack-5,gold", "unknown-offering", "sms-pack-5,gold"),
        ("balance_yuan", "-5", "not-an-amount", "-5"),
        ("balance_yuan", "5.123", "not-an-amount", "5.123"),
        ("balance_yuan", "5e3", "not-an-amount", "5e3"),
        ("group", "g" * 33, "too-long", "g" * 33),
        ("customer", "王\ufffd", "unreadable", "王**"),
        ("plan", "a\x07b", "unreadable", "a\x07b"),
    ],
)
def test_a_field_that_is_wrong_is_told_and_personal_things_are_masked(
    tmp_path: Path, column: str, text: str, fault: str, shown: str
) -> None:
    quoted = f'"{text}"' if "," in text else text
    (batch,) = read_batches(write(tmp_path, other(WANG, **{column: quoted})))
    checked = Checker(KNOWN, NOW).check(batch)
    (one,) = checked.faults
    assert (one.row, one.fault, one.field, one.value) == (2, fault, column, shown)
    if column != "group":
        assert checked.rows.column(column)[0].as_py() is None


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    checked = check(tmp_path, WANG, other(LI, number="1", city="x", plan="y"))
    assert {(one.row, one.field) for one in checked.faults} == {
        (3, "number"),
        (3, "city"),
        (3, "plan"),
    }


def test_a_line_without_a_group_is_one_of_its_own(tmp_path: Path) -> None:
    other_wang = other(WANG, number="16907910002")
    keys = check(tmp_path, WANG, other_wang, LI, LI_SON).rows.column("group").to_pylist()
    assert len(set(keys)) == 3
    assert keys[2] == keys[3]


def test_a_file_without_the_optional_columns_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    columns = ("account", "customer", "city", "pay_type", "number", "since", "plan")
    path.write_text(",".join(columns) + "\n" + ",".join(WANG[name] for name in columns) + "\n")
    (batch,) = read_batches(path)
    checked = Checker(KNOWN, NOW).check(batch)
    assert checked.faults == ()
    assert checked.rows.column("role").to_pylist() == ["main"]


def test_columns_have_one_type_whatever_is_in_them(tmp_path: Path) -> None:
    good, bad = check(tmp_path, WANG), check(tmp_path, other(WANG, since="x", plan="y", number="z"))
    assert good.rows.schema.types == bad.rows.schema.types
    assert good.rows.schema.field("since").type == pa.int64()
