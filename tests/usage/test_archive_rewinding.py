"""A database came back from an older backup: what it does not know is delivered again."""

import stat

import pytest

from tests.usage.archives import a_day_passes, at, seen
from tests.usage.operators import NOW, QIAN, figures, meter, row, settle, two_customers
from wanhao.usage.archive import AHEAD
from wanhao.usage.archive.checking import check_archive
from wanhao.usage.archive.rewinding import rewind
from wanhao.usage.models import Batch, UsageFile
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def back_to(number):
    """The database as it was after a batch."""
    Batch.objects.filter(number__gt=number).delete()
    UsageFile.objects.filter(name__gt=f"{number:03d}.csv").delete()


def without_batches():
    """What is shown, whatever it was counted with."""
    return [
        sorted((one.start, one.record_id, one.quantity, one.charge_fen) for one in found)
        for found in seen()
    ]


@pytest.mark.parametrize("last", [0, 2, 3])
def test_what_was_counted_since_comes_in_again_and_all_is_as_before(tmp_path, last):
    two_customers()
    days = a_day_passes(tmp_path / "usage")
    days.compact()
    before, counted = without_batches(), figures(days.made)
    back_to(last)
    folders = days.made.folders
    if last < 3:
        with pytest.raises(WanhaoError, match="The archive holds batch"):
            meter(tmp_path / "usage", clock=lambda: days.now)
    known = sum(Batch.objects.values_list("metered", flat=True))
    assert rewind(folders.archive, last, tmp_path / "again") == 46 - known
    assert rewind(folders.archive, last, tmp_path / "nothing") == 0
    days.made = meter(tmp_path / "usage", clock=lambda: days.now)
    for path in (tmp_path / "again").iterdir():
        path.rename(folders.inbox / path.name)
    settle(days.made)
    assert without_batches() == before
    assert figures(days.made) == counted
    days.count(row(5, QIAN, start=at(NOW) + 5))
    assert Batch.objects.last().duplicate == 1
    assert check_archive(days.archive, whole=True).wrong == ()
    days.pass_by()
    days.settle_snapshots()
    days.compact()
    assert check_archive(days.archive, whole=True).wrong == ()


def test_only_whoever_rewinds_may_read_what_is_written(tmp_path):
    """Also where a killed one left a file that others may read."""
    two_customers()
    days = a_day_passes(tmp_path / "usage")
    days.compact()
    folder = tmp_path / "again"
    rewind(days.archive, 4, folder)
    (path,) = folder.iterdir()
    assert [stat.S_IMODE(one.stat().st_mode) for one in (folder, path)] == [0o700, 0o600]
    path = folder / f"{days.manifest().parts[0].name}.parquet"
    path.touch(0o644)
    rewind(days.archive, 2, folder)
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}


def test_what_a_replica_had_not_got_yet_is_delivered_again_before_the_meter_removes_it(tmp_path):
    """The meter would take so few batches for those of a meter that was killed before it committed
    them."""
    two_customers()
    days = a_day_passes(tmp_path / "usage")
    before = without_batches()
    back_to(5 - AHEAD)
    folders = days.made.folders
    assert rewind(folders.archive, 5 - AHEAD, tmp_path / "again") > 0
    days.made = meter(tmp_path / "usage", clock=lambda: days.now)
    for path in (tmp_path / "again").iterdir():
        path.rename(folders.inbox / path.name)
    settle(days.made)
    assert without_batches() == before
    assert check_archive(days.archive, whole=True).wrong == ()
