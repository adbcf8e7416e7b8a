"""A number's month as a file, for whoever may have it; who read it is noted down."""

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.access.actions import record_read
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.details import kept_only_from, records_of
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

COLUMNS = (
    "number",
    "start",
    "service",
    "zone",
    "quantity",
    "sign",
    "charge_fen",
    "source",
    "record_id",
    "batch",
    "files",
)
"""`start` is a time of Asia/Shanghai, quantities are seconds, messages or octets."""
ONLY_OURS = 0o600


def export_month(
    number: int, cycle: int, path: Path, *, login: object, purpose: str, now: datetime
) -> int:
    """Write what a number used in a month to a .csv or .parquet file, and note the reading down.

    Returns how many records there are; of a month past its time they are what was held. WanhaoError
    where nothing is left of such a month, for another kind of file, for one that is there already,
    and where the archive is out of reach.
    """
    if path.suffix not in (".csv", ".parquet"):
        raise WanhaoError(
            f"{path.name} is no kind of file that is written.", "Name .csv or .parquet."
        )
    record_read(login, f"line {number}", purpose, now)
    details = records_of([number], cycle)
    if not details and (kept := kept_only_from(cycle)):
        raise WanhaoError(
            f"The records of {cycle} were past their time; only those from {kept} on are kept.",
            "Ask for a later month. The bill of the month is still there.",
        )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, ONLY_OURS)
    except FileExistsError as error:
        raise WanhaoError(f"{path} is there already.", "Choose another name.") from error
    os.close(handle)
    if path.suffix == ".csv":
        _write_csv(path, details)
    else:
        _write_parquet(path, details)
    return len(details)


def _write_csv(path: Path, details: Sequence[UsageDetail]) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(details))


def _write_parquet(path: Path, details: Sequence[UsageDetail]) -> None:
    columns = list(zip(*_rows(details), strict=True)) or [()] * len(COLUMNS)
    types = {"number": pa.int64(), "quantity": pa.int64(), "sign": pa.int8(), "batch": pa.int64()}
    types["charge_fen"] = pa.int64()
    arrays = [
        pa.array(list(column), types.get(name, pa.utf8()))
        for name, column in zip(COLUMNS, columns, strict=True)
    ]
    pq.write_table(pa.table(arrays, names=list(COLUMNS)), path)


def _rows(details: Sequence[UsageDetail]) -> Iterator[tuple[object, ...]]:
    for one in details:
        start = datetime.fromtimestamp(one.start, SHANGHAI).isoformat()
        files = " ".join(one.files)
        plain = {"start": start, "files": files}
        yield tuple(plain.get(name, getattr(one, name)) for name in COLUMNS)
