"""The records of a month as files: CSV row by row, a workbook, paper."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO

from xlsxwriter import Workbook

from wanhao.billing.bills.sheet import LEFT, QUIET, RIGHT, Sheets
from wanhao.pages.hall.detail_rows import heads, row
from wanhao.parties.contracts import Language
from wanhao.usage.detail_contracts import UsageDetail

# Spreadsheets take a file without it for another encoding and spoil the Chinese.
MARK = "\ufeff"
ROWS_OF_A_PIECE = 500
COLUMNS = (LEFT, 130, 210, 290, 380)
WIDTHS = (12, 10, 10, 14, 16, 12)
LINE = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the files are about: their head line, what the records come to, and who sends them."""

    title: str
    sums: str
    author: str


def csv_pieces(found: Sequence[UsageDetail], language: Language) -> Iterator[bytes]:
    """A table for machines, some hundred rows at a time."""
    yield MARK.encode() + _csv([heads(language)])
    for first in range(0, len(found), ROWS_OF_A_PIECE):
        piece = found[first : first + ROWS_OF_A_PIECE]
        yield _csv([row(one, language).cells() for one in piece])


def workbook(found: Sequence[UsageDetail], told: Told, language: Language) -> bytes:
    """A workbook with one sheet; rows go to disk as they are written."""
    file = BytesIO()
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False})
    sheet = book.add_worksheet("detail")
    bold = book.add_format({"bold": True})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, told.title, bold)
    sheet.write_string(1, 0, told.sums)
    for place, cells in enumerate(_rows(found, language), start=3):
        for column, cell in enumerate(cells):
            sheet.write_string(place, column, cell, bold if place == 3 else None)
    book.close()
    return file.getvalue()


def paper(found: Sequence[UsageDetail], told: Told, language: Language) -> bytes:
    """The records on A4 sheets."""
    pages = _drawn(found, told, language, pages=1).page
    return _drawn(found, told, language, pages=pages).finish()


def _drawn(found: Sequence[UsageDetail], told: Told, language: Language, *, pages: int) -> Sheets:
    sheets = Sheets(told.title, told.author, pages, f"{told.title}  ·  {{page}} / {{pages}}")
    sheets.down(16)
    sheets.text(LEFT, told.title, 14, bold=True)
    sheets.paragraph(LEFT, told.sums, 10, RIGHT - LEFT)
    for place, cells in enumerate(_rows(found, language)):
        sheets.down(LINE if place else LINE + 8)
        for x, cell in zip(COLUMNS, cells, strict=False):
            sheets.text(x, cell, 9, bold=not place)
        sheets.text(RIGHT, cells[-1], 9, right=True, colour=QUIET)
    return sheets


def _rows(found: Sequence[UsageDetail], language: Language) -> Iterator[tuple[str, ...]]:
    yield heads(language)
    for one in found:
        yield row(one, language).cells()


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
