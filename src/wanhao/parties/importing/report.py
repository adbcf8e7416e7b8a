"""The report of bad rows: a CSV file for whoever mends them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from wanhao.parties.importing.checking import RowFault
from wanhao.parties.importing.contracts import FAULT_TEXTS
from wanhao.values.errors import WanhaoError

HEADER = ("file", "row", "column", "value", "reason", "remedy")
ENCODING = "utf-8-sig"
"""With a byte-order mark: spreadsheets take Chinese for something else without one."""


def report_path(file: Path) -> Path:
    """Where the bad rows of a file are told unless somebody says otherwise: beside it."""
    name = file.name
    for ending in (".parquet", ".zst", ".gz", ".csv"):
        name = name.removesuffix(ending)
    return file.with_name(f"{name}.bad-rows.csv")


class Report:
    """A report that appears whole under its name, or not at all; without bad rows there is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_name(f".{path.name}.part")

    def __enter__(self) -> "Report":
        try:
            self._file = self._part.open("w", encoding=ENCODING, newline="")
        except OSError as error:
            raise WanhaoError(
                f"The report of bad rows cannot be written to {self.path.parent}: "
                f"{error.strerror}.",
                "Name another place with: --report FILE",
            ) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(HEADER)
        return self

    def tell(self, file: str, faults: Iterator[RowFault]) -> None:
        """Write down the faults of a file."""
        for row, fault, field, value in faults:
            text = FAULT_TEXTS[fault]
            self._writer.writerow((file, row, field, _plain(value), text.reason, text.remedy))
            self.rows += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        if self.rows:
            self._part.replace(self.path)
            return
        self._part.unlink()
        if error is None and self._is_old_report():
            self.path.unlink()

    def _is_old_report(self) -> bool:
        """Whether an earlier report stands there, which is true no longer."""
        if not self.path.is_file():
            return False
        with self.path.open(encoding=ENCODING, errors="replace", newline="") as file:
            return file.readline().rstrip() == ",".join(HEADER)


def _plain(value: str) -> str:
    """A spreadsheet must not take a field for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@") else value
