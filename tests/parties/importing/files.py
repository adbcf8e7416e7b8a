"""Import files as an operator's IT people write them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

COLUMNS = (
    *("account", "customer", "kind", "city", "pay_type", "group", "number", "role"),
    *("language", "since", "plan", "packs", "balance_yuan"),
)
WANG = {
    "account": "A1",
    "customer": "王小明",
    "city": "3601",
    "pay_type": "prepaid",
    "number": "16907910001",
    "since": "2014-07-01",
    "plan": "custom-prepaid-19",
    "balance_yuan": "50.00",
}
LI = {
    "account": "F1",
    "customer": "李建国",
    "city": "九江",
    "pay_type": "postpaid",
    "group": "home",
    "number": "16907920001",
    "since": "2019-03-15 09:30:00",
    "plan": "lexiang-4g-129",
}
LI_WIFE = {**LI, "number": "16907920002", "role": "secondary"}
LI_SON = {**LI, "number": "16907920003", "role": "secondary", "language": "en"}
FAMILY = (LI, LI_WIFE, LI_SON)

Row = Mapping[str, str]


def text_of(rows: Iterable[Row], columns: Iterable[str] = COLUMNS) -> str:
    """The rows as CSV, the column names first."""
    names = list(columns)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "".join(",".join(line) + "\n" for line in lines)


def write(folder: Path, *rows: Row, name: str = "customers.csv", encoding: str = "utf-8") -> Path:
    """A CSV file with these rows."""
    path = folder / name
    path.write_bytes(text_of(rows).encode(encoding))
    return path


def other(row: Row, **changes: str) -> Row:
    """The row with some fields otherwise."""
    return {**row, **changes}
