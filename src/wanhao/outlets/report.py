"""The report of rows that were left out: a CSV file for whoever mends them."""

import csv
from collections.abc import Sequence
from pathlib import Path

from wanhao.outlets.reading import Fault

HEADER = ("file", "row", "code", "column", "reason")
ENCODING = "utf-8-sig"
"""With a byte-order mark: spreadsheets take Chinese for something else without one."""


def report_path(file: Path) -> Path:
    """Where the rows of a file that were left out are told: beside it."""
    return file.with_name(f"{file.name.removesuffix('.csv')}.bad-rows.csv")


def write_report(file: Path, faults: Sequence[Fault]) -> Path | None:
    """Write down what is wrong, whole or not at all; without faults an old report goes."""
    path = report_path(file)
    if not faults:
        if _is_a_report(path):
            path.unlink()
        return None
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding=ENCODING, newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for fault in faults:
            code = _plain(fault.code)
            writer.writerow((file.name, fault.row, code, fault.column, _plain(fault.reason)))
    part.replace(path)
    return path


def _is_a_report(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open(encoding=ENCODING, errors="replace", newline="") as file:
        return file.readline().rstrip() == ",".join(HEADER)


def _plain(value: str) -> str:
    """A spreadsheet must not take a field for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
