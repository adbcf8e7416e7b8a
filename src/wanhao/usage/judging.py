"""Judging gathered records: metered, duplicate or quarantined, and what the metered bring about."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import U8, Mask
from wanhao.metering.effects import Effects
from wanhao.metering.folding import Delta, Resolved, cycle_of, fold, resolve
from wanhao.metering.meters import Refusal
from wanhao.metering.numbering import NOBODY, UNKNOWN
from wanhao.metering.state import MeterState
from wanhao.usage.blocks import Block, Int64
from wanhao.usage.duplicates import DuplicateIndex, New
from wanhao.usage.intake import Gathered
from wanhao.usage.schema import REFUSALS, UNCHARGED, Reason

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
class LateRecords:
    """Records of closed cycles, in columns, as the database keeps them."""

    cycle: list[int]
    account_id: list[int]
    group_id: list[int]
    number: list[int]
    service: list[str]
    zone: list[str]
    start: list[int]
    quantity: list[int]
    sign: list[int]
    priced: list[int]

    def rows(self) -> Iterator[tuple[int | str, ...]]:
        """Row by row, in the order of the fields."""
        return zip(*(getattr(self, name) for name in self.__dataclass_fields__), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The outcome for one batch of records; no figure has been changed yet."""

    records_in: int
    duplicate: int
    held: Sequence[Held]
    metered: Block | None
    identities: New | None
    delta: Delta
    effects: Effects
    late: LateRecords | None = None


def judge(
    state: MeterState,
    index: DuplicateIndex,
    gathered: Gathered,
    now: int,
    closed: Collection[int] = (),
) -> Judged:
    """Sort the records of a batch into metered, duplicate and quarantined, and fold the metered.

    Records of cycles that are `closed` are metered too, while their duplicates would be known, but
    change no total: they are charged as late ones.
    """
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
    late = _late(state, index, block, resolved.refusal, now, closed)
    refused = (resolved.refusal != Refusal.NONE) & ~late
    countable = np.flatnonzero(~refused)
    verdict = index.judge(_only(block, countable))
    held += _held(gathered, block, np.flatnonzero(refused), resolved.refusal)
    conflicts = countable[verdict.conflict]
    held += _held(gathered, block, conflicts, None)
    chosen = countable[~verdict.duplicate & ~verdict.conflict]
    metered = _only(block, chosen)
    delta, effects = _fold_open(state, metered, _taken(resolved, chosen))
    return Judged(
        late=_late_records(state, block.take(chosen[late[chosen]])),
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
    return _fold_open(state, block, resolved)


def _fold_open(state: MeterState, block: Block, resolved: Resolved) -> tuple[Delta, Effects]:
    """Fold the records of open cycles; those of closed ones change no total."""
    counted = resolved.refusal == Refusal.NONE
    if counted.all():
        return fold(state, block.records, resolved)
    rows = np.flatnonzero(counted)
    return fold(state, block.records.take(rows), _taken(resolved, rows))


def _late(
    state: MeterState,
    index: DuplicateIndex,
    block: Block,
    refusal: U8,
    now: int,
    closed: Collection[int],
) -> Mask:
    """Which records are of a closed cycle and young enough for their duplicates to be known. One
    whose number nobody held is refused for that."""
    late: Mask = refusal == Refusal.CYCLE_CLOSED
    if not late.any():
        return late
    records = block.records
    late &= index.reaches(block.source, records.start, now)
    late &= np.isin(cycle_of(records.start), list(closed))
    place = state.plan.places(records.number, records.start)
    refusal[late & (place == NOBODY)] = Refusal.NO_HOLDER
    refusal[late & (place == UNKNOWN)] = Refusal.UNKNOWN_NUMBER
    return late & (place >= 0)


def _late_records(state: MeterState, block: Block) -> LateRecords | None:
    if not len(block):
        return None
    records = block.records
    place = state.plan.places(records.number, records.start)
    return LateRecords(
        cycle=cycle_of(records.start).tolist(),
        account_id=state.account_id[state.account_place[place]].tolist(),
        group_id=state.group_id[place].tolist(),
        number=records.number.tolist(),
        service=[block.service.names[code] for code in block.service.code],
        zone=[block.zone.names[code] for code in block.zone.code],
        start=records.start.tolist(),
        quantity=records.quantity.tolist(),
        sign=records.sign.tolist(),
        priced=[UNCHARGED] * len(block) if records.priced is None else records.priced.tolist(),
    )


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


def _only(block: Block, rows: Int64) -> Block:
    """These rows, in ascending order; most often they are all, and then nothing is copied."""
    return block if len(rows) == len(block) else block.take(rows)


def _taken(resolved: Resolved, rows: Int64) -> Resolved:
    if len(rows) == len(resolved.place):
        return resolved
    names = Resolved.__dataclass_fields__
    return Resolved(**{name: getattr(resolved, name)[rows] for name in names})
