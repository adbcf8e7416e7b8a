"""Coming back: the last snapshot that belongs to this database, then the batches after it."""

import logging
from pathlib import Path

from wanhao.metering.facts import apply_facts, enrol, fold_facts
from wanhao.metering.folding import apply
from wanhao.metering.state import MeterState
from wanhao.usage.archive import archive_path, batch_number, doubtful, read_archive
from wanhao.usage.blocks import Block
from wanhao.usage.duplicates import DuplicateIndex
from wanhao.usage.feed import facts_after, recorded_at, refuse_older_log
from wanhao.usage.folders import Folders
from wanhao.usage.judging import fold_block
from wanhao.usage.models import Batch
from wanhao.usage.snapshots import by_age, load_snapshot
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)


def recovered(folders: Folders, shards: int) -> tuple[MeterState, DuplicateIndex]:
    """State and duplicate index as the last committed batch left them."""
    refuse_older_log()
    state, index = _from_snapshot(folders.snapshots) or (MeterState.empty(shards), DuplicateIndex())
    batches = Batch.objects.filter(number__gt=state.last_batch).order_by("number")
    for batch in batches.iterator(chunk_size=500):
        _replay(folders.archive, state, index, batch)
    _remove_uncommitted(folders.archive, state.last_batch)
    return state, index


def _from_snapshot(folder: Path) -> tuple[MeterState, DuplicateIndex] | None:
    for path in by_age(folder):
        loaded = load_snapshot(path)
        if loaded is None:
            log.warning("snapshot %s does not read whole; the one before it is tried", path.name)
            continue
        state, index, fact_at = loaded
        if is_ours(state, fact_at):
            return state, index
        log.warning("snapshot %s is not of this database", path.name)
    return None


def is_ours(state: MeterState, fact_at: str) -> bool:
    """Whether batch and fact where the snapshot stands are those of this database; without a batch
    there is nothing to know it by, and nothing to replay but facts."""
    token = Batch.objects.filter(number=state.last_batch).values_list("token", flat=True).first()
    same_batch = token is not None and token.hex == state.last_token
    return same_batch and fact_at == recorded_at(state.last_fact)


def _replay(archive: Path, state: MeterState, index: DuplicateIndex, batch: Batch) -> None:
    """Facts up to the batch's position first, then its records, as they were counted."""
    for number, facts in facts_after(state.last_fact, until=batch.last_fact):
        enrol(state, facts)
        delta, _ = fold_facts(state, facts, number, 0)
        apply_facts(state, delta)
    if batch.metered:
        block = archived(archive, batch)
        records, _ = fold_block(state, block)
        index.remember(index.judge(block).new)
        apply(state, records)
    state.last_batch = batch.number
    state.last_token = batch.token.hex


def archived(archive: Path, batch: Batch) -> Block:
    """The records of a batch as they were counted; WanhaoError when its file is gone."""
    path = archive_path(archive, batch.number, batch.token)
    if not path.exists():
        raise WanhaoError(
            f"The archive of batch {batch.number} is missing: {path.name}.",
            "Restore the archive folder from its backup, then start the meter again.",
        )
    return read_archive(path)


def _remove_uncommitted(archive: Path, last: int) -> None:
    """Remove what batches left that never committed; only doubtful files are looked up."""
    files = doubtful(archive, last)
    rows = Batch.objects.filter(number__in={batch_number(path) for path in files})
    committed = {archive_path(archive, *pair) for pair in rows.values_list("number", "token")}
    for path in files:
        if path not in committed:
            path.unlink()
            log.info("removed %s, whose batch was never committed", path.name)
