"""What the gateway holds, in memory and in a journal of JSON lines, so that it outlives it."""

import json
import os
import threading
from bisect import bisect_right
from pathlib import Path
from typing import Any, TextIO

Profile = dict[str, Any]
# As the regulator would: nobody is provisioned without them.
EMERGENCY = {"110", "119", "120", "122"}
REMOVED = "removed"


class Journal:
    """Profiles by line; a version is taken only over a lower one. Use `lock` around it."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.refused: dict[int, str] = {}
        self._path = path
        self._held: dict[int, Profile] = {}
        self._lines_of: dict[int, set[int]] = {}
        self._order: list[int] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = self._read()
        self._file = path.open("a") if whole else self._compacted()

    def close(self) -> None:
        """Close the file; what was taken is in it already."""
        self._file.close()

    def take(self, profiles: list[Profile]) -> list[Profile]:
        """Take what may be taken and write it down; the answers in the order of the profiles."""
        answers = []
        for profile in profiles:
            refused = self._reason_against(profile)
            if not refused:
                self._keep(profile)
                self._write(profile)
            held = self._held.get(profile["line"])
            known = held is not None and held["version"] >= profile["version"]
            answers.append(
                {"line": profile["line"], "held": held, "refused": "" if known else refused}
            )
        self._file.flush()
        return answers

    def change(self, line: int, **changed: Any) -> None:
        """Change what is held of a line without telling anybody; its version stays."""
        self._keep(self._held[line] | changed)
        self._write(self._held[line])
        self._file.flush()

    def forget(self, line: int) -> None:
        """Hold nothing of a line any more."""
        self._drop(line)
        self._write({"line": line, "forgotten": True})
        self._file.flush()

    def page(self, after: int, through: int | None, limit: int) -> tuple[list[Profile], bool]:
        """Profiles beyond a line in the order of lines, and whether others follow."""
        start = bisect_right(self._order, after)
        stop = len(self._order) if through is None else bisect_right(self._order, through)
        lines = self._order[start : min(stop, start + limit)]
        return [self._held[line] for line in lines], start + limit < stop

    def for_number(self, number: int) -> list[Profile]:
        """The profiles of every line with a number."""
        return [self._held[line] for line in sorted(self._lines_of.get(number, ()))]

    def __len__(self) -> int:
        return len(self._held)

    def _reason_against(self, profile: Profile) -> str:
        line, number = profile["line"], profile["number"]
        held = self._held.get(line)
        if held is not None and held["version"] >= profile["version"]:
            return "a version as high is held"
        if number in self.refused:
            return self.refused[number]
        if EMERGENCY - set(profile["reachable"]["calls"]):
            return "an emergency number is missing"
        others = self._lines_of.get(number, set()) - {line}
        live = [other for other in others if self._held[other]["barring"] != REMOVED]
        if live and profile["barring"] != REMOVED:
            return f"the number is in use by line {live[0]}"
        return ""

    def _keep(self, profile: Profile) -> None:
        line = profile["line"]
        before = self._held.get(line)
        if before is None:
            self._order.insert(bisect_right(self._order, line), line)
        else:
            self._lines_of[before["number"]].discard(line)
        self._held[line] = profile
        self._lines_of.setdefault(profile["number"], set()).add(line)

    def _read(self) -> bool:
        """Take up the journal; whether it may go on as it is: no line was cut off, and few of them
        are out of date. A line that was cut off was never answered."""
        lines = 0
        if not self._path.exists():
            return True
        with self._path.open() as journal:
            for text in journal:
                if not text.endswith("\n"):
                    return False
                lines += 1
                written = json.loads(text)
                if written.get("forgotten"):
                    self._drop(written["line"])
                else:
                    self._keep(written)
        return lines <= 2 * len(self._held)

    def _drop(self, line: int) -> None:
        gone = self._held.pop(line)
        self._lines_of[gone["number"]].discard(line)
        self._order.remove(line)

    def _compacted(self) -> TextIO:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as journal:
            for line in self._order:
                journal.write(_text(self._held[line]))
        os.replace(fresh, self._path)
        return self._path.open("a")

    def _write(self, profile: Profile) -> None:
        self._file.write(_text(profile))


def _text(profile: Profile) -> str:
    return json.dumps(profile, ensure_ascii=False, separators=(",", ":")) + "\n"
