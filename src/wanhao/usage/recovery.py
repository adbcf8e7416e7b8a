"""Coming back: the last snapshot that belongs to this database, then the batches after it. Where
none is left, the state before the newest month will do, and all batches where nothing was dropped.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from wanhao.metering.facts import apply_facts, enrol, fold_facts
from wanhao.metering.folding import apply
from wanhao.metering.state import MeterState
from wanhao.usage.archive import ArchivedBatches, archive_path, batch_number, doubtful
from wanhao.usage.archive.restoring import EVERY_DAY, NO_DAY
from wanhao.usage.blocks import Block
from wanhao.usage.duplicates import (
    CutRunError,
    DuplicateIndex,
    Remembering,
    Told,
    opened,
)
from wanhao.usage.feed import facts_after, recorded_at, refuse_older_log
from wanhao.usage.folders import MONTHS, Folders
from wanhao.usage.judging import fold_block
from wanhao.usage.models import Batch
from wanhao.usage.snapshots import by_age, load_snapshot, octets_of, runs_needed
from wanhao.values.cycle import SHANGHAI, Cycle

log = logging.getLogger(__name__)
A_DAY = timedelta(days=1)


def recovered(
    folders: Folders, shards: int, remembering: Remembering
) -> tuple[MeterState, DuplicateIndex]:
    """State and duplicate index as the last committed batch left them."""
    refuse_older_log()
    archived = ArchivedBatches(folders.archive)
    found = from_snapshot(folders.snapshots)
    if found is None:
        state, index = MeterState.empty(shards), opened(folders.duplicates, remembering)
    else:
        state, told = found
        index = _index(folders, remembering, told) or relearned(
            folders, remembering, archived, state.last_batch
        )
    index.keep_only(runs_needed(folders.snapshots))
    batches = Batch.objects.filter(number__gt=state.last_batch).order_by("number")
    with ThreadPoolExecutor(1, thread_name_prefix="relearning") as beside:
        for batch in batches.iterator(chunk_size=500):
            replay(archived, state, index, batch, beside)
    remove_uncommitted(folders.archive, state.last_batch)
    return state, index


def octets_needed(folders: Folders) -> int:
    """How much memory the state of the newest snapshot takes; 0 where there is none."""
    return next(map(octets_of, _states(folders.snapshots)), 0)


def from_snapshot(folder: Path) -> tuple[MeterState, Told | None] | None:
    """The newest state that reads whole and is of this database."""
    for path in _states(folder):
        loaded = load_snapshot(path)
        if loaded is None:
            log.warning("snapshot %s does not read whole; the one before it is tried", path.name)
            continue
        state, told, fact_at = loaded
        if is_ours(state, fact_at):
            return state, told
        log.warning("snapshot %s is not of this database", path.name)
    return None


def _states(folder: Path) -> Iterator[Path]:
    """The snapshots of a folder, then the states of before its months, each the newest first."""
    yield from by_age(folder)
    yield from by_age(folder / MONTHS)


def _index(folders: Folders, remembering: Remembering, told: Told | None) -> DuplicateIndex | None:
    """The index that a snapshot tells of; None where it tells of none or its files are damaged."""
    if told is None:
        log.warning("the state it goes on from knows no record that came before")
        return None
    try:
        return opened(folders.duplicates, remembering, told)
    except CutRunError as error:
        log.warning("%s", error)
        return None


def relearned(
    folders: Folders, remembering: Remembering, archived: ArchivedBatches, last: int
) -> DuplicateIndex:
    """An index of what the archive holds of the batches until the last one. What was dropped from
    it is not missed: the archive is kept longer than any source is remembered."""
    log.warning("which records came before is read again from the archive; this takes a while")
    index = opened(folders.duplicates, remembering)
    since = Batch.objects.get(number=last).taken_at - remembering.longest - A_DAY
    batches = Batch.objects.filter(number__lte=last, taken_at__gte=since, metered__gt=0)
    for batch in batches.order_by("number").iterator(chunk_size=500):
        block = archived.read(batch, NO_DAY)
        if len(block):
            index.relearn(block)
        index.forget_before(int(batch.taken_at.timestamp()))
    return index


def is_ours(state: MeterState, fact_at: str) -> bool:
    """Whether batch and fact where the snapshot stands are those of this database; without a batch
    there is nothing to know it by, and nothing to replay but facts."""
    token = Batch.objects.filter(number=state.last_batch).values_list("token", flat=True).first()
    same_batch = token is not None and token.hex == state.last_token
    return same_batch and fact_at == recorded_at(state.last_fact)


def replay(
    archived: ArchivedBatches,
    state: MeterState,
    index: DuplicateIndex,
    batch: Batch,
    beside: Executor | None = None,
) -> None:
    """Facts up to the batch's position first, then its records, as they were counted; they are
    learnt as known `beside` that, where there is another thread."""
    for number, facts in facts_after(state.last_fact, until=batch.last_fact):
        enrol(state, facts)
        delta, _ = fold_facts(state, facts, number, 0)
        apply_facts(state, delta)
    if batch.metered:
        block = archived.read(batch, _first_open_day(state))
        if len(block):
            _live(state, index, block, beside)
    state.last_batch = batch.number
    state.last_token = batch.token.hex


def _live(state: MeterState, index: DuplicateIndex, block: Block, beside: Executor | None) -> None:
    learning = None if beside is None else beside.submit(index.relearn, block)
    records, _ = fold_block(state, block)
    apply(state, records)
    if learning is None:
        index.relearn(block)
    else:
        learning.result()


def _first_open_day(state: MeterState) -> str:
    """The first day of the earliest open month: what began before changes no total."""
    cycles = [slot.cycle for slot in state.slots if slot.cycle > state.closed_through]
    if not cycles:
        return EVERY_DAY
    return Cycle(min(cycles)).start.astimezone(SHANGHAI).date().isoformat()


def remove_uncommitted(archive: Path, last: int) -> None:
    """Remove what batches left that never committed; only doubtful files are looked up."""
    files = doubtful(archive, last)
    rows = Batch.objects.filter(number__in={batch_number(path) for path in files})
    committed = {archive_path(archive, *pair) for pair in rows.values_list("number", "token")}
    for path in files:
        if path not in committed:
            path.unlink()
            log.info("removed %s, whose batch was never committed", path.name)
