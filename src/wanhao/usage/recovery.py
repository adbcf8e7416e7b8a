"""Coming back: the last snapshot that belongs to this database, then the batches after it."""

import logging
from pathlib import Path

from wanhao.metering.facts import apply_facts, enrol, fold_facts
from wanhao.metering.folding import apply
from wanhao.metering.state import MeterState
from wanhao.usage.archive import archive_path, read_archive, remove_orphans
from wanhao.usage.duplicates import DuplicateIndex
from wanhao.usage.feed import facts_after
from wanhao.usage.folders import Folders
from wanhao.usage.judging import fold_block
from wanhao.usage.models import Batch
from wanhao.usage.snapshots import load_snapshot
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)


def recovered(folders: Folders, shards: int) -> tuple[MeterState, DuplicateIndex]:
    """State and duplicate index as the last committed batch left them."""
    state, index = _from_snapshot(folders.snapshots) or (MeterState.empty(shards), DuplicateIndex())
    batches = Batch.objects.filter(number__gt=state.last_batch).order_by("number")
    for batch in batches.iterator(chunk_size=500):
        _replay(folders.archive, state, index, batch)
    _remove_uncommitted(folders.archive, state.last_batch)
    return state, index


def _from_snapshot(folder: Path) -> tuple[MeterState, DuplicateIndex] | None:
    for path in sorted(folder.glob("snapshot-*.npz"), reverse=True):
        loaded = load_snapshot(path)
        if loaded is None:
            log.warning("snapshot %s does not read whole; the one before it is tried", path.name)
            continue
        state, index = loaded
        if state.last_batch == 0 or _is_ours(state):
            return state, index
        log.warning("snapshot %s is not of this database", path.name)
    return None


def _is_ours(state: MeterState) -> bool:
    token = Batch.objects.filter(number=state.last_batch).values_list("token", flat=True).first()
    return token is not None and token.hex == state.last_token


def _replay(archive: Path, state: MeterState, index: DuplicateIndex, batch: Batch) -> None:
    """Facts up to the batch's position first, then its records, as they were counted."""
    for number, facts in facts_after(state.last_fact, until=batch.last_fact):
        enrol(state, facts)
        delta, _ = fold_facts(state, facts, number, 0)
        apply_facts(state, delta)
    if batch.metered:
        path = archive_path(archive, batch.number, batch.token)
        if not path.exists():
            raise WanhaoError(
                f"The archive of batch {batch.number} is missing: {path.name}.",
                "Restore the archive folder from its backup, then start the meter again.",
            )
        block = read_archive(path)
        records, _ = fold_block(state, block)
        index.remember(index.judge(block).new)
        apply(state, records)
    state.last_batch = batch.number
    state.last_token = batch.token.hex


def _remove_uncommitted(archive: Path, last: int) -> None:
    """Archive files are few more than batches; only those of known numbers are looked up."""
    numbers = [int(path.name.split("-")[1]) for path in archive.glob("batch-*.parquet")]
    rows = Batch.objects.filter(number__in=numbers, number__lte=last)
    pairs = rows.values_list("number", "token")
    committed = {archive_path(archive, number, token).name for number, token in pairs}
    for path in remove_orphans(archive, committed, last):
        log.info("removed %s, whose batch was never committed", path.name)
