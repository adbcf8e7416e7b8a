"""Encryption at rest: whoever comes by the disk reads nothing, and whoever has the key all."""

import pyarrow.parquet as pq
import pytest

from tests.usage.archives import a_day_passes, seen
from tests.usage.operators import QIAN, ZHAO, figures, meter, two_customers
from wanhao.usage.archive import keys
from wanhao.usage.archive.checking import check_archive
from wanhao.usage.archive.keys import keyring_of
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = f"k-2026:{'0f' * 32}", f"k-2027:{'a1' * 32}"


@pytest.fixture
def given(monkeypatch):
    """Gives the process other keys."""

    def give(told):
        monkeypatch.setattr(keys.PROVIDED, "keyring", lambda: keyring_of(told))

    return give


def written(number):
    """How a number may stand in a file: as text, and as Parquet and Arrow write integers."""
    return [str(number).encode(), number.to_bytes(8, "little"), (number >> 1).to_bytes(7, "little")]


def files(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_no_number_stands_in_an_encrypted_archive(tmp_path, given):
    two_customers()
    given(OLD)
    days = a_day_passes(tmp_path)
    days.compact()
    found = files(days.archive)
    assert {path.suffix for path in found} == {".parquet", ".json", ""}
    for path in found:
        content = path.read_bytes()
        for form in [*written(ZHAO), *written(QIAN), b"msc-1", b"A-7"]:
            assert form not in content, path.name
    assert len(seen()[0]) > 0


def test_a_readable_archive_has_the_numbers_that_an_encrypted_one_has_not(tmp_path):
    two_customers()
    days = a_day_passes(tmp_path)
    days.compact()
    contents = b"".join(path.read_bytes() for path in files(days.archive))
    assert any(form in contents for form in written(ZHAO))
    assert b"msc-1" in contents


def test_a_meter_comes_back_with_its_key_and_not_without(tmp_path, given):
    two_customers()
    given(OLD)
    days = a_day_passes(tmp_path)
    before = seen()
    days.compact()
    assert seen() == before
    for path in days.made.folders.snapshots.iterdir():
        path.unlink()
    again = meter(tmp_path, clock=lambda: days.now)
    assert figures(again) == figures(days.made)
    given("")
    with pytest.raises(WanhaoError, match="key k-2026, which is not here"):
        seen()
    given(f"k-2026:{'0e' * 32}")
    with pytest.raises(WanhaoError, match="cannot be decrypted with the key"):
        seen()
    (shard,) = days.archive.glob("days/*/*/*-00000.parquet")
    with pytest.raises(OSError, match="encrypted"):
        pq.read_table(shard)


def test_keys_are_changed_while_the_archive_is_used(tmp_path, given):
    two_customers()
    days = a_day_passes(tmp_path)
    before = seen()
    days.compact()
    for told, name in ((OLD, "k-2026"), (f"{NEW}\n{OLD}\n", "k-2027")):
        given(told)
        days.compact()
        assert seen() == before
        days.pass_by()
        days.settle_snapshots()
        before = seen()
        days.compact(rewrite=True)
        assert {part.key for part in days.manifest().parts} == {name}
        assert seen() == before
    assert all(b":k-2027:" in path.read_bytes() for path in days.archive.glob("batch-*"))
    given(NEW)
    assert seen() == before
    assert check_archive(days.archive, whole=True).wrong == ()


def test_a_file_under_the_name_of_another_is_refused(tmp_path, given):
    two_customers()
    given(OLD)
    days = a_day_passes(tmp_path)
    first, second, *_ = sorted(days.archive.glob("batch-*"))
    second.write_bytes(first.read_bytes())
    with pytest.raises(WanhaoError, match="was written as"):
        seen()


def test_a_cut_file_is_told(tmp_path, given):
    two_customers()
    given(OLD)
    days = a_day_passes(tmp_path)
    path = next(days.archive.glob("batch-*"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(WanhaoError, match="not a whole file"):
        seen()


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("0f" * 32, "not a key"),
        (f"a:{'0f' * 31}", "not a key"),
        (f"a b:{'0f' * 32}", "not a key"),
        (f"{OLD},{OLD}", "two keys named k-2026"),
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(told, wrong):
    with pytest.raises(WanhaoError, match=wrong) as refused:
        keyring_of(told)
    assert "0f0f" not in refused.value.message + refused.value.remedy


def test_the_first_key_encrypts_and_none_leaves_the_archive_readable():
    assert keyring_of(f"{NEW}, {OLD}").current == "k-2027"
    assert keyring_of("").current is None
    assert "a1a1" not in repr(keyring_of(NEW))
