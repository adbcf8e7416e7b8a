"""What the demo must remember between two runs, in small JSON files beside the inbox."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryNote:
    """Where a cycle's history ends, and whether the whole of it was dropped."""

    until: datetime
    dropped: bool


def history_note(inbox: Path, cycle: int, now: datetime) -> HistoryNote:
    """The note of a cycle; its end is fixed at `now` when first asked for."""
    path = _history_file(inbox, cycle)
    if not path.exists():
        _write(path, {"until": int(now.timestamp()), "dropped": False})
    kept = _read(path)
    return HistoryNote(until=datetime.fromtimestamp(kept["until"], UTC), dropped=kept["dropped"])


def note_history_dropped(inbox: Path, cycle: int, until: datetime) -> None:
    """Never drop the history of this cycle again."""
    _write(_history_file(inbox, cycle), {"until": int(until.timestamp()), "dropped": True})


class Notebook:
    """The traffic maker's memory: record ids it gave, live steps it made.

    Only one traffic maker may write for an inbox at a time.
    """

    def __init__(self, inbox: Path) -> None:
        self._file = _folder(inbox) / "traffic.json"
        self._kept = _read(self._file) if self._file.exists() else {}

    def reserve_ids(self, source: str, count: int, now: datetime) -> int:
        """The first of `count` record ids that this source never gave before.

        Ids begin at the clock's milliseconds and never go back, so a lost notebook does not lead
        to reuse either.
        """
        ids = self._kept.setdefault("next_id", {})
        first: int = max(ids.get(source, 0), int(now.timestamp() * 1000))
        ids[source] = first + count
        _write(self._file, self._kept)
        return first

    def done(self, cycle: int, key: str) -> int:
        """How far a live story of this cycle went, in the story's own measure."""
        return int(self._page(cycle).get(key, 0))

    def note(self, cycle: int, key: str, done: int) -> None:
        """Remember how far a live story went; notes of earlier cycles are thrown away."""
        self._page(cycle)[key] = done
        _write(self._file, self._kept)

    def _page(self, cycle: int) -> dict[str, int]:
        if self._kept.get("cycle") != cycle:
            self._kept["cycle"], self._kept["stories"] = cycle, {}
        page: dict[str, int] = self._kept["stories"]
        return page


def _folder(inbox: Path) -> Path:
    return inbox.parent / "demo"


def _history_file(inbox: Path, cycle: int) -> Path:
    return _folder(inbox) / f"history-{cycle}.json"


def _read(path: Path) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(path.read_text())
    return kept


def _write(path: Path, kept: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_suffix(".tmp")
    with hidden.open("w") as file:
        json.dump(kept, file)
        file.flush()
        os.fsync(file.fileno())  # else a power cut may empty it: a month counted twice
    os.replace(hidden, path)
