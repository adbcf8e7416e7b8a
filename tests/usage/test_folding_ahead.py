"""Batches are folded while those before them are archived and committed; never more than fit."""

import threading

import pytest

from tests.usage.operators import drop, meter, row, settle, two_customers
from wanhao.usage import local
from wanhao.usage.archive import AHEAD
from wanhao.usage.models import Batch

pytestmark = pytest.mark.django_db(transaction=True)
FILES = 12
PATIENCE_SECONDS = 30


def delivered(folder):
    """A meter with as many batches before it as there are files."""
    two_customers()
    made = meter(folder, batch_rows=1)
    settle(made)
    for number in range(FILES):
        drop(folder, f"{number}.csv", [row(number, quantity=60)])
    return made


def test_while_one_batch_is_archived_those_behind_it_are_folded(tmp_path, monkeypatch):
    made = delivered(tmp_path)
    write, folded, stood = local.write_archive, threading.Event(), []

    def slowly(path, block):
        assert folded.wait(PATIENCE_SECONDS)
        stood.append(made.state.last_batch)
        write(path, block)

    monkeypatch.setattr(local, "write_archive", slowly)
    before = made.state.last_batch
    for _ in range(AHEAD):
        assert made._begin_folding()
    made._folds.rest()
    folded.set()
    settle(made)
    assert stood[0] == before + AHEAD
    assert sum(batch.metered for batch in Batch.objects.filter(number__gt=before)) == FILES


def test_no_more_batches_are_in_memory_than_may_be_folded_ahead(tmp_path):
    made = delivered(tmp_path)
    open_batches, most = 0, []

    def checkpoint(part):
        nonlocal open_batches
        open_batches += {"read": 1, "commit": -1}.get(part, 0)
        most.append(open_batches)

    made.checkpoint = checkpoint
    settle(made)
    assert open_batches == 0
    assert 1 <= max(most) <= AHEAD
