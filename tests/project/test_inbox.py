import hashlib
from pathlib import Path

import pytest

from wanhao.project.inbox import SUFFIXES, check_names, hand_over
from wanhao.values.errors import WanhaoError


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    return tmp_path / "inbox"


def usage_file(folder: Path, name: str = "calls.csv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"record_id\n" * 300_000)
    return folder / name


def test_a_file_arrives_whole_and_its_progress_is_told(tmp_path: Path, inbox: Path) -> None:
    file = usage_file(tmp_path / "out")
    told: list[int] = []
    placed = hand_over(file, inbox, told.append)
    assert placed.path.read_bytes() == file.read_bytes()
    assert placed.digest == hashlib.sha256(file.read_bytes()).hexdigest()
    assert sum(told) == file.stat().st_size
    assert len(told) > 1
    assert [entry.name for entry in inbox.iterdir()] == ["calls.csv"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_usage_file_is_taken(tmp_path: Path, inbox: Path, suffix: str) -> None:
    check_names([usage_file(tmp_path, f"calls{suffix}")], inbox)
    assert not inbox.exists()


def test_other_names_are_refused_before_anything_is_copied(tmp_path: Path, inbox: Path) -> None:
    good, bad = usage_file(tmp_path), usage_file(tmp_path, "calls.xlsx")
    with pytest.raises(WanhaoError, match="not a usage file by its name"):
        check_names([good, bad], inbox)


def test_a_name_that_waits_already_is_refused(tmp_path: Path, inbox: Path) -> None:
    file = usage_file(tmp_path / "out")
    hand_over(file, inbox)
    with pytest.raises(WanhaoError, match="already waits"):
        check_names([file], inbox)


def test_two_files_of_one_name_are_refused(tmp_path: Path, inbox: Path) -> None:
    files = [usage_file(tmp_path / "north"), usage_file(tmp_path / "south")]
    with pytest.raises(WanhaoError, match=r"Given twice: calls\.csv"):
        check_names(files, inbox)


def test_a_missing_file_is_told(tmp_path: Path, inbox: Path) -> None:
    with pytest.raises(WanhaoError, match="is not a file"):
        check_names([tmp_path / "gone.csv"], inbox)


def test_a_copy_that_fails_leaves_nothing_behind(tmp_path: Path, inbox: Path) -> None:
    file = usage_file(tmp_path / "out")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(WanhaoError, match="No space left on device"):
        hand_over(file, inbox, no_space)
    assert list(inbox.iterdir()) == []
