"""Reading files: the good rows are never lost with the bad ones."""

import gzip
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wanhao.usage.readers import UnreadableFileError, is_usage_file, read_blocks

HEADER = "record_id,source,number,service,zone,start,quantity,sign\n"
GOOD = "{},msc-1,16907910001,voice,domestic,1794711600,60,1\n"


def read(path, content, skip=0):
    """Rows read and rows that could not be, as text."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    blocks = list(read_blocks(path, skip))
    good = [text for block in blocks for text in block.text(range(len(block)))]
    rows = [int(row) for block in blocks for row in block.row]
    return good, rows, [(bad.row, bad.text) for block in blocks for bad in block.unreadable]


def test_bad_rows_are_told_with_their_number_and_text(tmp_path):
    content = (
        HEADER
        + GOOD.format(1)
        + "2,msc-1\n"
        + GOOD.format("x-7")
        + "3,msc-1,16907910001,voice,domestic,noon,60,1\n"
        + GOOD.format(4).replace("\n", ",too,many\n")
        + "5,,16907910001,voice,domestic,1794711600,60,1\n"
    )
    good, rows, bad = read(tmp_path / "a.csv", content)
    assert [text.split(",")[0] for text in good] == ["1", "x-7"]
    assert rows == [1, 3]
    assert [row for row, _ in bad] == [2, 4, 5, 6]
    assert bad[0][1] == "2,msc-1"


def test_reading_goes_on_after_the_rows_that_were_counted(tmp_path):
    content = HEADER + "".join(GOOD.format(n) for n in range(10)) + "bad,row\n"
    good, rows, bad = read(tmp_path / "a.csv", content, skip=7)
    assert [text.split(",")[0] for text in good] == ["7", "8", "9"]
    assert rows == [8, 9, 10]
    assert [row for row, _ in bad] == [11]


def test_ids_of_digits_are_numbers_and_all_others_text(tmp_path):
    ids = ["7", "007", "-7", "1e3", "9" * 18, "9" * 19, "甲7", "x" * 32, "x" * 33]
    good, _, bad = read(tmp_path / "a.csv", HEADER + "".join(GOOD.format(i) for i in ids))
    assert [text.split(",")[0] for text in good] == [
        "7", "7", "-7", "1e3", "9" * 18, "9" * 19, "x" * 32,
    ]  # fmt: skip
    assert len(bad) == 2


def test_the_same_odd_id_reads_the_same_in_a_clean_and_in_a_broken_file(tmp_path):
    for odd in ("9" * 19, "-7", "007"):
        clean, _, _ = read(tmp_path / "a.csv", HEADER + GOOD.format(odd))
        broken, _, _ = read(tmp_path / "a.csv", HEADER + GOOD.format(odd) + "broken\n")
        assert clean == broken


@pytest.mark.parametrize("cut", [10, 200])
def test_a_truncated_file_is_told_as_such(tmp_path, cut):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress((HEADER + GOOD.format(1) * 500).encode())[:-cut])
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        list(read_blocks(path))


def test_a_row_that_speaks_of_truncation_does_not_cut_the_file(tmp_path):
    content = HEADER + GOOD.format(1) + "the rest was truncated\n" + GOOD.format(2)
    _, rows, bad = read(tmp_path / "a.csv", content)
    assert (rows, bad) == ([1, 3], [(2, "the rest was truncated")])


def test_a_byte_order_mark_does_not_cost_the_good_rows_beside_a_bad_one(tmp_path):
    content = "\ufeff" + HEADER + GOOD.format(1) + "bad\n" + GOOD.format(2)
    _, rows, bad = read(tmp_path / "a.csv", content)
    assert (rows, bad) == ([1, 3], [(2, "bad")])


@pytest.mark.parametrize("row", ['"{}', '{},"', '{}"'])
def test_a_quote_that_is_never_closed_swallows_no_row(tmp_path, row):
    odd = row.format(GOOD.format(3).strip()) + "\n"
    content = HEADER + GOOD.format(1) + GOOD.format('"2"') + odd
    content += "".join(GOOD.format(n) for n in range(4, 9))
    good, rows, bad = read(tmp_path / "a.csv", content)
    assert [text.split(",")[0] for text in good] == ["1", "2", "4", "5", "6", "7", "8"]
    assert [number for number, _ in bad] == [3]
    assert read(tmp_path / "a.csv", content, skip=4)[1] == rows[3:]


def test_two_odd_quotes_swallow_no_row_between_them(tmp_path):
    rows = [GOOD.format(n) for n in range(1, 6)]
    rows[1] = (
        rows[1]
        .replace("domestic,1794711600,60,1", "domestic,1794711600,60,1")
        .replace("voice", '"voice')
    )
    rows[3] = rows[3].replace("16907910001,voice", '16907910001,voice"')
    good, _, bad = read(tmp_path / "a.csv", HEADER + "".join(rows))
    assert len(good) + len(bad) == 5


def test_quoted_fields_and_columns_that_are_ignored_may_hold_commas(tmp_path):
    header = '"note",' + HEADER
    content = header + '"one, two",' + GOOD.format('"1"') + "bad\n" + "," + GOOD.format(2)
    _, rows, bad = read(tmp_path / "a.csv", content)
    assert (rows, bad) == ([1, 3], [(2, "bad")])


@pytest.mark.parametrize("empty", ["\n", "\r\n\n"])
def test_empty_lines_shift_no_row_number(tmp_path, empty):
    content = empty + HEADER + empty + GOOD.format(1) + empty + "bad\n" + empty + GOOD.format(2)
    _, rows, bad = read(tmp_path / "a.csv", content)
    assert (rows, bad) == ([1, 3], [(2, "bad")])
    assert read(tmp_path / "a.csv", content, skip=2)[1] == [3]


def test_a_heap_of_strange_rows_is_given_up_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("wanhao.usage.readers.CSV_BLOCK", 2_000)
    monkeypatch.setattr("wanhao.usage.readers.MOST_STRANGE", 300)
    path = tmp_path / "a.csv"
    path.write_text(HEADER + GOOD.format(1) + "bad,row\n" * 5_000)
    blocks = []
    with pytest.raises(UnreadableFileError, match="300 rows in a row"):
        blocks.extend(read_blocks(path))
    assert sum(len(block) for block in blocks) == 1
    assert sum(len(block.unreadable) for block in blocks) == 300
    assert blocks[-1].last_row == 301


PRICED = HEADER.replace("sign", "sign,charge_fen")


def charges(path):
    """What the records of a file were already charged, in fen; None where no column says so."""
    blocks = list(read_blocks(path))
    if all(block.records.priced is None for block in blocks):
        return None
    return [int(fen) for block in blocks for fen in block.records.priced]


def priced_row(identity, charge):
    """A good row with a charge of its own."""
    return GOOD.format(identity).replace("\n", f",{charge}\n")


def test_a_file_may_say_what_was_already_charged(tmp_path):
    path = tmp_path / "a.csv"
    good, _, bad = read(path, PRICED + priced_row(1, 15) + priced_row(2, 0))
    assert (good[0][-3:], bad) == (",15", [])
    assert charges(path) == [15, 0]
    read(path, HEADER + GOOD.format(1))
    assert charges(path) is None


@pytest.mark.parametrize("odd", ["-1", "0.5", "9" * 13, "x"])
def test_a_charge_that_is_no_amount_costs_only_its_own_row(tmp_path, odd):
    content = PRICED + priced_row(1, 15) + priced_row(2, odd) + priced_row(3, "")
    _, rows, bad = read(tmp_path / "a.csv", content)
    assert rows == [1, 3]
    assert [(row, text.rsplit(",", 1)[1]) for row, text in bad] == [(2, odd)]
    assert charges(tmp_path / "a.csv") == [15, 0]


@pytest.mark.parametrize("odd", [None, -1, 10**13])
def test_charges_in_a_parquet_file_are_whole_fen_or_missing(tmp_path, odd):
    row = dict(zip(HEADER.strip().split(","), GOOD.format(1).strip().split(","), strict=True))
    row = {name: int(text) if text.isdigit() else text for name, text in row.items()}
    rows = [{**row, "charge_fen": 15}, {**row, "record_id": 2, "charge_fen": odd}]
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    assert charges(path) == ([15, 0] if odd is None else [15])


def test_columns_may_come_in_another_order_and_with_company(tmp_path):
    header = "sign,extra,quantity,start,zone,service,number,source,record_id\n"
    content = header + "1,?,60,5,free,data,16907910001,pgw,9\n"
    good, _, _ = read(tmp_path / "a.csv", content)
    assert good == ["9,pgw,16907910001,data,free,5,60,1"]


def test_only_finished_usage_files_are_taken(tmp_path):
    names = ["a.csv", "a.csv.gz", "a.csv.zst", "a.parquet", ".a.csv", "a.txt", "a.csv.tmp"]
    assert [n for n in names if is_usage_file(tmp_path / n)] == names[:4]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_garbage_after_the_header_loses_no_good_row_before_it(tmp_path, garbage):
    good, _, _ = read(tmp_path / "a.csv", HEADER.encode() + GOOD.format(1).encode() + garbage)
    assert not good or good[0].startswith("1,msc-1")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([GOOD.format(1), "a,b\n", "x" * 5 + "," * 7 + "\n"]), max_size=30))
def test_every_row_is_either_read_or_told(tmp_path, rows):
    good, _, bad = read(tmp_path / "a.csv", HEADER + "".join(rows))
    assert len(good) == rows.count(GOOD.format(1))
    assert len(bad) == len(rows) - len(good)


def test_rows_keep_their_numbers_over_many_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr("wanhao.usage.readers.CSV_BLOCK", 2_000)
    rows = [GOOD.format(n) if n % 7 else f"bad{n},row\n" for n in range(1, 2_001)]
    good, numbers, bad = read(tmp_path / "a.csv", HEADER + "".join(rows))
    assert numbers == [n for n in range(1, 2_001) if n % 7]
    assert [int(text.split(",")[0]) for text in good] == numbers
    assert bad == [(n, f"bad{n},row") for n in range(7, 2_001, 7)]
    again, later, _ = read(tmp_path / "a.csv", HEADER + "".join(rows), skip=1_000)
    assert later == [n for n in numbers if n > 1_000]
    assert again == good[-len(later) :]


def test_a_wrong_sign_has_the_same_reason_in_a_clean_and_in_a_broken_file(tmp_path):
    wrong = GOOD.format(1).replace(",1\n", ",2\n")
    clean = read(tmp_path / "a.csv", HEADER + wrong)
    broken = read(tmp_path / "a.csv", HEADER + wrong + "broken\n")
    assert clean[0] == broken[0]
    assert not clean[2]


def test_times_in_a_parquet_file_are_not_taken_for_epoch_seconds(tmp_path):
    row = dict(zip(HEADER.strip().split(","), GOOD.format(1).strip().split(","), strict=True))
    told = {name: int(text) if text.isdigit() else text for name, text in row.items()}
    told["start"] = datetime(2026, 11, 15, tzinfo=UTC)
    pq.write_table(pa.Table.from_pylist([told]), tmp_path / "a.parquet")
    (block,) = read_blocks(tmp_path / "a.parquet")
    assert len(block) == 0
    assert "2026-11-15" in block.unreadable[0].text
