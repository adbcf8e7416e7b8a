"""What is done to a usage file that the meter has already begun to read."""

import hashlib
import os
import random
from dataclasses import replace

from tests.proof.breakages import kill
from tests.proof.moments import Breaking, Measure
from tests.proof.running import Progress, Run
from tests.proof.world import Delivery
from wanhao.project.demo.usage_files import drop

PIECES = 3
LATEST = 8
"""Batches of its delivery after which the last piece comes at the latest."""
COUNTED = """
    SELECT 1 FROM wanhao_usage_usagefile
    WHERE digest = %(digest)s AND finished AND trouble = ''
"""


class FileChanged(Breaking):
    """The large file comes in pieces: rows are added to it, or it is replaced by a longer one,
    while it is read or after. In the end all of it was delivered."""

    name = "file changed after it was accepted"
    most = PIECES

    def __init__(self, chance: random.Random, measure: Measure) -> None:
        super().__init__(chance, measure)
        self._whole = b""
        self._cuts: list[int] = []
        self._large = ""

    def deliver(self, run: Run, delivery: Delivery) -> None:
        """All files as they should be, only of the large one no more than its beginning."""
        name, content = max(delivery.files, key=lambda file: len(file[1]))
        if not name.endswith("-large.csv"):
            run.drop(delivery)
            return
        self._large, self._whole, self._cuts = name, content, self._cut(content)
        files = tuple((n, self._piece() if n == name else c) for n, c in delivery.files)
        run.drop(replace(delivery, files=files))
        self.moments.after = sorted(
            run.progress.batches + self.chance.randint(0, LATEST) for _ in self._cuts
        )

    def look(self, run: Run, progress: Progress) -> None:
        super().look(run, progress)
        if self._whole and not self._cuts and not any(run.inbox.iterdir()):
            self._see_to_it(run)

    def strike(self, run: Run) -> None:
        """One more piece; a meter may be killed over it."""
        if not self._cuts:
            return
        before, whole = len(self._piece()), self._next_piece()
        how = self.chance.choice(("rows added", "replaced", "written anew in its place"))
        if not _in_place(run, self._large, how, whole, before):
            how = "delivered again, longer"
            drop(run.inbox, self._large, whole, run.clock())
        run.blows[how] += 1
        if self.chance.random() < 0.3:
            kill(run)

    def _see_to_it(self, run: Run) -> None:
        """Whoever writes a file asks whether all of it was counted; rows that were added to it when
        it was put away already were not."""
        digest = hashlib.sha256(self._whole).hexdigest()
        if not run.ask(COUNTED, {"digest": digest}):
            run.seen["delivered once more"] += 1
            drop(run.inbox, f"whole-{self._large}", self._whole, run.clock())
        self._whole = b""

    def _cut(self, content: bytes) -> list[int]:
        first = len(content) // 4
        places = sorted(self.chance.randrange(first, len(content)) for _ in range(PIECES))
        return [content.index(b"\n", place) + 1 for place in places]

    def _piece(self) -> bytes:
        return self._whole[: self._cuts[0]] if self._cuts else self._whole

    def _next_piece(self) -> bytes:
        self._cuts.pop(0)
        return self._piece()


def _in_place(run: Run, name: str, how: str, content: bytes, before: int) -> bool:
    """Change a file that lies in the inbox; False when it is not there any more."""
    path = run.inbox / name
    if how == "replaced":
        if not path.exists():
            return False
        drop(run.inbox, name, content, run.clock())
        return True
    anew = how != "rows added"
    try:
        handle = os.open(path, os.O_WRONLY | (os.O_TRUNC if anew else os.O_APPEND))
    except FileNotFoundError:
        return False
    with os.fdopen(handle, "wb") as file:
        file.write(content if anew else content[before:])
    return True
