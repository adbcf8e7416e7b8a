"""Usage files as the stories drop them."""

from collections.abc import Sequence
from pathlib import Path

from wanhao.project.demo.usage_files import FileFormat, UsageRecord, drop, encode, table_of

SOURCES = {"voice": "msc-1", "message": "smsc-1"}


def record(
    identity: int, number: int, service: str, quantity: int, *, start: int, zone: str = "domestic"
) -> UsageRecord:
    """One record; quantity in billed minutes or messages."""
    return UsageRecord(
        record_id=str(identity),
        source=SOURCES[service],
        number=number,
        service=service,
        zone=zone,
        start=start,
        quantity=quantity * 60 if service == "voice" else quantity,
    )


def drop_records(
    inbox: Path, name: str, records: Sequence[UsageRecord], kind: FileFormat = FileFormat.CSV
) -> None:
    """Drop a file by atomic rename."""
    drop(inbox, f"{name}.{kind}", encode(table_of(records), kind))
