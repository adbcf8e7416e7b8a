"""Reading import files: encodings, compression, Parquet, and files that cannot be read."""

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.parties.importing.files import FAMILY, LI, WANG, other, text_of, write
from wanhao.parties.importing import reading
from wanhao.parties.importing.reading import digest_of, ignored_columns, read_batches
from wanhao.values.errors import WanhaoError


def rows_of(path: Path, encoding: str = "utf-8") -> dict[int, dict[str, str]]:
    """The file's rows by their number."""
    return {
        int(row): {name: batch.text[name][place].as_py() for name in batch.text}
        for batch in read_batches(path, encoding)
        for place, row in enumerate(batch.row)
    }


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    found = rows_of(write(tmp_path, WANG, *FAMILY))
    assert list(found) == [2, 3, 4, 5]
    assert (found[2]["customer"], found[5]["language"]) == ("王小明", "en")


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8-sig"])
def test_files_of_other_encodings_are_read_when_it_is_named(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, WANG, LI, encoding=encoding)
    named = "utf-8" if encoding == "utf-8-sig" else "gb18030"
    assert [row["customer"] for row in rows_of(path, named).values()] == ["王小明", "李建国"]


def test_a_gbk_file_taken_for_utf8_is_refused_with_the_option_to_use(tmp_path: Path) -> None:
    path = write(tmp_path, WANG, encoding="gbk")
    with pytest.raises(WanhaoError, match="not written in utf-8") as refused:
        rows_of(path)
    assert "--encoding gb18030" in refused.value.remedy


def test_a_utf8_file_taken_for_gbk_is_refused_too(tmp_path: Path) -> None:
    path = write(tmp_path, other(WANG, customer="王小"), LI)
    with pytest.raises(WanhaoError, match="not written in gb18030") as refused:
        rows_of(path, "gb18030")
    assert "--encoding utf-8" in refused.value.remedy


def test_compressed_files_are_read(tmp_path: Path) -> None:
    text = text_of([WANG, LI]).encode()
    packed = tmp_path / "customers.csv.gz"
    packed.write_bytes(gzip.compress(text))
    assert len(rows_of(packed)) == 2
    packed = tmp_path / "customers.csv.zst"
    with pa.CompressedOutputStream(str(packed), "zstd") as stream:
        stream.write(text)
    assert len(rows_of(packed)) == 2


def test_parquet_may_have_types_of_its_own(tmp_path: Path) -> None:
    table = pa.table(
        {
            "account": [1001, 1002],
            "customer": ["王小明", None],
            "city": pa.array(["3601", "3604"]).dictionary_encode(),
            "pay_type": ["prepaid", "prepaid"],
            "number": [16907910001, 16907910002],
            "since": [date(2014, 7, 1), date(2015, 1, 31)],
            "plan": ["p", "p"],
            "balance_yuan": [Decimal("50.25"), None],
        }
    )
    path = tmp_path / "customers.parquet"
    pq.write_table(table, path)
    found = rows_of(path)

    assert list(found) == [1, 2]
    assert found[1]["account"] == "1001"
    assert (found[1]["since"], found[1]["balance_yuan"]) == ("2014-07-01", "50.25")
    assert (found[2]["customer"], found[2]["balance_yuan"], found[2]["city"]) == ("", "", "3604")


def test_a_moment_in_parquet_is_told_on_the_clock_of_shanghai(tmp_path: Path) -> None:
    moment = datetime(2014, 6, 30, 16, 0, tzinfo=UTC)
    columns = {name: ["x"] for name in reading.REQUIRED}
    aware = pa.array([moment], pa.timestamp("us", tz="UTC"))
    plain = pa.array([moment.replace(tzinfo=None)], pa.timestamp("s"))
    for column, told in ((aware, "2014-07-01 00:00:00"), (plain, "2014-06-30 16:00:00")):
        path = tmp_path / "customers.parquet"
        pq.write_table(pa.table({**columns, "since": column}), path)
        assert rows_of(path)[1]["since"] == told


def test_space_around_fields_and_names_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(text_of([other(WANG, number="\t16907910001 ")]).replace("city,", " City ,"))
    found = rows_of(path)[2]
    assert (found["number"], found["city"]) == ("16907910001", "3601")


def test_rows_of_another_shape_are_told_with_the_account_they_name(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    good = text_of([WANG]).splitlines()
    path.write_text("\n".join([*good, "F1,李", "", *good[1:], "F2" + "," * 30]) + "\n")
    batches = list(read_batches(path))
    assert [int(row) for batch in batches for row in batch.row] == [2, 4]
    shapeless = [(one.row, one.account) for batch in batches for one in batch.shapeless]
    assert shapeless == [(3, "F1"), (5, "F2")]


def test_row_numbers_hold_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BLOCK", 1_000)
    rows = [other(WANG, account=f"A{n}") for n in range(2, 202)]
    path = write(tmp_path, *rows)
    lines = path.read_text().splitlines()
    lines[99] = "broken"
    path.write_text("\n".join(lines) + "\n")
    found = rows_of(path)
    assert 100 not in found
    assert all(fields["account"] == f"A{row}" for row, fields in found.items())
    assert sum(len(batch.shapeless) for batch in read_batches(path)) == 1


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("customers.txt", b"", "is no import file"),
        ("customers.csv", b"", "has no column account"),
        ("customers.csv", b"account,number\n", "has no column customer"),
        ("customers.parquet", b"PAR1", "cannot be read"),
        ("customers.csv.gz", b"not gzip", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(
    tmp_path: Path, name: str, content: bytes, complaint: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(WanhaoError, match=complaint):
        list(read_batches(path))


def test_a_quotation_mark_left_open_is_named_by_its_row(tmp_path: Path) -> None:
    path = write(tmp_path, WANG, other(LI, customer='"李建国'), *FAMILY)
    with pytest.raises(WanhaoError, match="row 3: a quotation mark is not closed"):
        list(read_batches(path))


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(text_of([WANG]).replace("language,", "number,"))
    with pytest.raises(WanhaoError, match="has number twice"):
        list(read_batches(path))


def test_columns_nobody_knows_are_named(tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text(text_of([WANG]).replace("language,", "langauge,"))
    assert ignored_columns(path) == ["langauge"]


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    one, same = write(tmp_path, WANG), write(tmp_path, WANG, name="same.csv")
    assert digest_of(one) == digest_of(same) != digest_of(write(tmp_path, LI, name="li.csv"))
