"""Compaction where the disk refuses: what was stays, what was begun goes, and then it goes on."""

import errno
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.usage.archives import a_day_passes, seen
from tests.usage.operators import two_customers
from wanhao.usage.archive import compaction, manifest, parts

pytestmark = pytest.mark.django_db(transaction=True)


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _customers():
    two_customers()


def test_a_full_disk_stops_compaction_and_leaves_what_was(tmp_path, monkeypatch):
    days = a_day_passes(tmp_path)
    before = seen()

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(parts.PartWriter, "close", full)
        with pytest.raises(OSError, match="No space"):
            days.compact()
    assert not list(days.archive.glob("days/*"))
    assert seen() == before
    days.compact()
    assert seen() == before


@pytest.fixture
def full_for_manifests():
    """A disk that has no room for another manifest, while it is patched so."""

    def full(path, text):
        raise OSError(errno.ENOSPC, "No space left on device")

    @contextmanager
    def without_room():
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(Path, "write_text", full)
            yield

    return without_room


def test_on_a_full_disk_what_a_killed_compaction_left_is_removed(tmp_path, full_for_manifests):
    days = a_day_passes(tmp_path)
    before = seen()

    def die(name):
        raise KilledError

    with pytest.raises(KilledError):
        days.compact(checkpoint=die)
    assert list(days.archive.glob("days/*/*"))
    with full_for_manifests(), compaction.compacting(days.archive):
        compaction.Compaction(days.archive)
    assert not list(days.archive.glob("days/*"))
    assert seen() == before


def test_a_disk_without_room_for_the_manifest_keeps_the_old_one_and_its_files(
    tmp_path, full_for_manifests
):
    days = a_day_passes(tmp_path)
    days.compact()
    before, files = seen(), sorted(days.archive.rglob("*"))
    days.pass_by()
    days.settle_snapshots()
    waiting = sorted(days.archive.glob("batch-*"))
    with full_for_manifests(), pytest.raises(OSError, match="No space"):
        days.compact()
    assert sorted(days.archive.rglob("*")) == sorted({*files, *waiting})
    assert seen()[1] == before[1]
    days.compact()
    assert len(days.manifest().parts) == 2


def test_a_manifest_that_came_over_although_the_disk_complained_keeps_its_parts(
    tmp_path, monkeypatch
):
    days = a_day_passes(tmp_path)
    before = seen()
    real, asked = manifest.sync_folder, []

    def complain(folder):
        real(folder)
        asked.append(folder)
        if len(asked) == 2:
            raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(manifest, "sync_folder", complain)
        with pytest.raises(OSError, match="Input/output"):
            days.compact()
    assert len(days.manifest().parts) == 1
    assert seen() == before
    days.compact()
    assert seen() == before
