"""The same work as a plain loop: a record at a time, as one writes it first in Python.

Everything is in memory and nothing is committed: no archive, no message, gone with the process.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from bench.peer_postgresql import Part

SERVICES = {"voice": 0, "message": 1, "data": 2}
THRESHOLDS = (80, 100)


class PlainMeter:
    """By number what was used of each service and what may be; identities that came before, and
    what was crossed."""

    def __init__(self, parts: Iterable[Part]) -> None:
        self._lines: dict[int, tuple[list[int], tuple[int, ...]]] = {}
        self._seen: set[tuple[str, str, int]] = set()
        self.crossed: set[tuple[int, int, int]] = set()
        plans: dict[tuple[int, ...], tuple[int, ...]] = {}
        for part in parts:
            allowed = (plans.setdefault(one, one) for one in map(tuple, part.allowance.tolist()))
            lines = zip(part.used.tolist(), allowed, strict=True)
            self._lines.update(zip(part.number.tolist(), lines, strict=True))

    def count(self, files: Iterable[Path]) -> int:
        """Count the files; returns the number of reminders."""
        for path in files:
            with path.open(newline="") as lines:
                for row in csv.DictReader(lines):
                    self._record(row)
        return len(self.crossed)

    def _record(self, row: dict[str, str]) -> None:
        identity = (row["source"], row["record_id"], int(row["start"]) // 3600)
        if identity in self._seen:
            return
        number, service = int(row["number"]), SERVICES[row["service"]]
        if number not in self._lines or row["zone"] == "free":
            return
        self._seen.add(identity)
        units = int(row["quantity"])
        if service == 0:
            units = -(-units // 60)
        totals, allowed = self._lines[number]
        before = totals[service]
        after = totals[service] = before + units * int(row["sign"])
        for threshold in THRESHOLDS:
            if before * 100 < threshold * allowed[service] <= after * 100:
                self.crossed.add((number, service, threshold))
