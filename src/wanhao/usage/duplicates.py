"""Records that came before: exact, over a window, by (source, record id, start hour).

Identities are kept in sorted runs of a 64-bit key. A key not found is surely new; where keys
are equal the whole identity is compared, so two different records are never taken for one.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from wanhao.usage.blocks import Block, Int64
from wanhao.usage.schema import UNCHARGED

HOUR = 3600
WINDOW_DAYS = 35
"""No open cycle reaches further back: a month of 31 days and 72 hours."""
RUN_GROWTH = 4
U64 = NDArray[np.uint64]
_MIX = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Identities sorted by key, with a fingerprint of what each record said."""

    key: U64
    id: Int64
    text: NDArray[np.bytes_]
    source: Int64
    hour: Int64
    content: U64

    def __len__(self) -> int:
        return len(self.key)

    def take(self, rows: Int64 | NDArray[np.bool_]) -> "Run":
        """The chosen rows."""
        return Run(**{name: getattr(self, name)[rows] for name in Run.__dataclass_fields__})

    def same(self, mine: Int64, other: "Run", theirs: Int64) -> NDArray[np.bool_]:
        """Whether the identities at these positions are the same, byte for byte."""
        equal: NDArray[np.bool_] = self.id[mine] == other.id[theirs]
        for name in ("source", "hour", "text"):
            equal &= getattr(self, name)[mine] == getattr(other, name)[theirs]
        return equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Per row of a block: seen before with the same content, or with another; and what is new."""

    duplicate: NDArray[np.bool_]
    conflict: NDArray[np.bool_]
    new: Run


@dataclass(slots=True)
class DuplicateIndex:
    """All identities within the window. `spans` has the first and last hour of each run."""

    sources: dict[str, int] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    oldest: int = 0

    def judge(self, block: Block) -> Verdict:
        """Compare a block with what came before and with itself; changes nothing but the list of
        source names."""
        asked = self._identities(block)
        order = np.argsort(asked.key)
        ordered = asked.take(order)
        seen, agrees = _within(ordered, order)
        for run in self._overlapping(ordered):
            found, content = _search(run, ordered)
            agrees = np.where(found, content == ordered.content, agrees)
            seen |= found
        duplicate = np.zeros(len(block), np.bool_)
        conflict = np.zeros(len(block), np.bool_)
        duplicate[order[seen & agrees]] = True
        conflict[order[seen & ~agrees]] = True
        return Verdict(duplicate=duplicate, conflict=conflict, new=ordered.take(~seen))

    def remember(self, new: Run) -> None:
        """Take in what was counted; follows the commit. Small runs are merged as they gather."""
        self.keep(new)
        while len(self.runs) > 1 and len(self.runs[-2]) < RUN_GROWTH * len(self.runs[-1]):
            second, first = self.runs.pop(), self.runs.pop()
            del self.spans[-2:]
            self.keep(_merged(self._recent(first), self._recent(second)))

    def keep(self, run: Run) -> None:
        """Put a run behind the others as it is."""
        if len(run):
            self.runs.append(run)
            self.spans.append((int(run.hour.min()), int(run.hour.max())))

    def forget_before(self, now: int) -> None:
        """Drop runs that lie wholly before the window; others shed the rest when they merge."""
        self.oldest = now // HOUR - WINDOW_DAYS * 24
        kept = [place for place, span in enumerate(self.spans) if span[1] >= self.oldest]
        self.runs = [self.runs[place] for place in kept]
        self.spans = [self.spans[place] for place in kept]

    def _recent(self, run: Run) -> Run:
        return run if run.hour.min() >= self.oldest else run.take(run.hour >= self.oldest)

    def _overlapping(self, asked: Run) -> list[Run]:
        if not len(asked):
            return []
        low, high = asked.hour.min(), asked.hour.max()
        both = zip(self.runs, self.spans, strict=True)
        return [run for run, (first, last) in both if first <= high and last >= low]

    def _identities(self, block: Block) -> Run:
        names = block.source.names
        numbers = [self.sources.setdefault(name, len(self.sources)) for name in names]
        source = np.array(numbers or [0], np.int64)[block.source.code]
        hour = block.records.start // HOUR
        text = np.zeros(len(block), "S1") if block.text_id is None else block.text_id
        key = _mixed(block.id, source, hour)
        if block.text_id is not None:
            key = _with_text(key, block.text_id)
        records = block.records
        what = records.service.astype(np.int64) * 256 + records.zone
        content = _mixed(
            records.number, what, records.start, records.quantity, records.sign.astype(np.int64)
        )
        if records.priced is not None:
            charged = _mixed(content.view(np.int64), records.priced)
            content = np.where(records.priced == UNCHARGED, content, charged)
        return Run(key=key, id=block.id, text=text, source=source, hour=hour, content=content)


def _with_text(key: U64, text: NDArray[np.bytes_]) -> U64:
    """Mix fixed-width bytes into the key, word by word; an empty text leaves it as it was."""
    words = np.ascontiguousarray(text).view(np.int64)
    words = words.reshape(len(text), text.dtype.itemsize // words.dtype.itemsize)
    for word in words.T:
        key = np.where(word != 0, _mixed(key.view(np.int64), word), key)
    return key


def _mixed(*columns: Int64) -> U64:
    """A well-spread 64-bit key of several integer columns (splitmix64 finaliser per column)."""
    key = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        key = (key * _MIX[2]) ^ column.astype(np.int64).view(np.uint64)
        key ^= key >> np.uint64(30)
        key *= _MIX[0]
        key ^= key >> np.uint64(27)
        key *= _MIX[1]
        key ^= key >> np.uint64(31)
    return key


def _search(run: Run, asked: Run) -> tuple[NDArray[np.bool_], U64]:
    """For each asked identity whether the run has it, and the content it had there."""
    found = np.zeros(len(asked), np.bool_)
    content = np.zeros(len(asked), np.uint64)
    position = np.searchsorted(run.key, asked.key)
    open_rows = np.flatnonzero(run.key[np.minimum(position, len(run) - 1)] == asked.key)
    while len(open_rows):
        at = position[open_rows]
        inside = at < len(run)
        open_rows, at = open_rows[inside], at[inside]
        alike = run.key[at] == asked.key[open_rows]
        open_rows, at = open_rows[alike], at[alike]
        same = run.same(at, asked, open_rows)
        found[open_rows[same]] = True
        content[open_rows[same]] = run.content[at[same]]
        open_rows = open_rows[~same]
        position[open_rows] += 1
    return found, content


def _within(ordered: Run, order: Int64) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which rows repeat an earlier row of the same block, and whether they agree with it."""
    seen = np.zeros(len(ordered), np.bool_)
    agrees = np.ones(len(ordered), np.bool_)
    twin = ordered.key[1:] == ordered.key[:-1]
    rows = np.flatnonzero(np.append(twin, False) | np.insert(twin, 0, False))
    if not len(rows):
        return seen, agrees
    part = ordered.take(rows)
    by_identity = np.lexsort((order[rows], part.text, part.hour, part.source, part.id, part.key))
    part, rows = part.take(by_identity), rows[by_identity]
    here = np.arange(1, len(rows))
    repeats = np.insert(part.same(here, part, here - 1), 0, False)
    first = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(rows))))
    seen[rows] = repeats
    agrees[rows] = part.content == part.content[first]
    return seen, agrees


def _merged(first: Run, second: Run) -> Run:
    names = Run.__dataclass_fields__
    both = Run(**{n: np.concatenate([getattr(first, n), getattr(second, n)]) for n in names})
    return both.take(np.argsort(both.key, kind="stable"))
