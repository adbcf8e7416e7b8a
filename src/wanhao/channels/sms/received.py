"""What customers write, kept part by part in a file until the SMS hall reads it."""

import json
import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from wanhao.channels.sms.encoding import InboundPart, join


class ReceivedFile:
    """Appends one JSON line per part and has it on the disk before it is acknowledged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def store(self, part: InboundPart, now: datetime) -> None:
        """Keeps one part; raises OSError if the disk does not take it."""
        line = json.dumps(
            {
                "at": now.isoformat(),
                "source": part.source,
                "destination": part.destination,
                "data_coding": part.data_coding,
                "payload": part.payload.hex(),
                "reference": part.reference,
                "total": part.total,
                "index": part.index,
            }
        )
        with self._lock:
            self._append(line.encode() + b"\n")

    def parts(self) -> Iterator[InboundPart]:
        """Every part kept, oldest first; a line cut by a power failure is passed over."""
        if not self._path.exists():
            return
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("}\n"):
                    yield _part(json.loads(line))

    def texts(self) -> Iterator[tuple[str, str]]:
        """The sender and text of every message that is whole, in the order they became so."""
        waiting: dict[tuple[str, str, int, int], dict[int, InboundPart]] = {}
        for part in self.parts():
            key = (part.source, part.destination, part.reference, part.total)
            have = waiting.setdefault(key, {})
            have[part.index] = part
            if len(have) == part.total:
                yield part.source, join(have.values())
                del waiting[key]

    def _append(self, line: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "a+b") as file:
            if _ends_in_a_cut_line(file.fileno()):
                file.write(b"\n")
            file.write(line)
            file.flush()
            os.fsync(file.fileno())


def _ends_in_a_cut_line(handle: int) -> bool:
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _part(kept: dict[str, str | int]) -> InboundPart:
    return InboundPart(
        source=str(kept["source"]),
        destination=str(kept["destination"]),
        data_coding=int(kept["data_coding"]),
        payload=bytes.fromhex(str(kept["payload"])),
        reference=int(kept["reference"]),
        total=int(kept["total"]),
        index=int(kept["index"]),
    )
