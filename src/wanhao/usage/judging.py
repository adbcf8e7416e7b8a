"""Judging gathered records: metered, duplicate or quarantined, and what the metered bring about."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wanhao.metering.effects import Effects
from wanhao.metering.folding import Delta, Resolved, fold, resolve
from wanhao.metering.meters import Refusal
from wanhao.metering.state import MeterState
from wanhao.usage.blocks import Block, Int64
from wanhao.usage.duplicates import DuplicateIndex, Run
from wanhao.usage.intake import Gathered
from wanhao.usage.schema import REFUSALS, Reason

FUTURE_TOLERANCE = 3600
"""Clocks of network elements may be ahead of ours by up to an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A record for the quarantine; `part` is the index of its file."""

    part: int
    row: int
    reason: Reason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The outcome for one batch of records; nothing has been changed yet."""

    records_in: int
    duplicate: int
    held: Sequence[Held]
    metered: Block | None
    identities: Run | None
    delta: Delta
    effects: Effects


def judge(state: MeterState, index: DuplicateIndex, gathered: Gathered, now: int) -> Judged:
    """Sort the records of a batch into metered, duplicate and quarantined, and fold the metered."""
    held = [
        Held(part=part, row=row.row, reason=Reason.UNREADABLE, text=row.text)
        for part, row in gathered.unreadable
    ]
    block = gathered.block
    if block is None or not len(block):
        delta, effects = fold_block(state, None)
        return Judged(
            records_in=len(held),
            duplicate=0,
            held=held,
            metered=None,
            identities=None,
            delta=delta,
            effects=effects,
        )
    resolved = resolve(state, block.records, now + FUTURE_TOLERANCE)
    countable = np.flatnonzero(resolved.refusal == Refusal.NONE)
    verdict = index.judge(block.take(countable))
    held += _held(gathered, block, np.flatnonzero(resolved.refusal), resolved.refusal)
    conflicts = countable[verdict.conflict]
    held += _held(gathered, block, conflicts, None)
    chosen = countable[~verdict.duplicate & ~verdict.conflict]
    metered = block.take(chosen)
    delta, effects = fold(state, metered.records, _taken(resolved, chosen))
    return Judged(
        records_in=len(block) + len(gathered.unreadable),
        duplicate=int(verdict.duplicate.sum()),
        held=held,
        metered=metered,
        identities=verdict.new,
        delta=delta,
        effects=effects,
    )


def fold_block(state: MeterState, block: Block | None) -> tuple[Delta, Effects]:
    """Fold records that were judged before, as when a batch is replayed from the archive."""
    if block is None:
        return Delta(slots=()), Effects.none()
    resolved = resolve(state, block.records, int(np.iinfo(np.int64).max))
    return fold(state, block.records, resolved)


def _held(gathered: Gathered, block: Block, rows: Int64, refusal: np.ndarray | None) -> list[Held]:
    texts = block.text(rows)
    return [
        Held(
            part=int(gathered.part[row]),
            row=int(block.row[row]),
            reason=Reason.CONFLICT if refusal is None else REFUSALS[Refusal(refusal[row])],
            text=text,
        )
        for row, text in zip(rows, texts, strict=True)
    ]


def _taken(resolved: Resolved, rows: Int64) -> Resolved:
    names = Resolved.__dataclass_fields__
    return Resolved(**{name: getattr(resolved, name)[rows] for name in names})
