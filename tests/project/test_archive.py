"""The archive is compacted beside the meter, and that ends with it."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from wanhao.project import archive
from wanhao.project.archive import keeping_archive

PATIENCE = 120.0


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks for what is due at once."""
    monkeypatch.setattr(archive, "LOOK_EVERY", timedelta(milliseconds=10))


def compaction(monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """What is run in the place of `wanhao archive compact`."""
    monkeypatch.setattr(archive, "COMPACT", [sys.executable, "-c", program])


@pytest.mark.usefixtures("often")
def test_it_is_compacted_once_when_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, looked_again = tmp_path / "told", threading.Event()

    def is_due(*_: object) -> bool:
        if told.exists():
            looked_again.set()
        return not told.exists()

    monkeypatch.setattr(archive, "is_due", is_due)
    compaction(monkeypatch, f"open({str(told)!r}, 'a').write('once')")
    with keeping_archive(threading.Event()):
        assert looked_again.wait(PATIENCE)
    assert told.read_text() == "once"


@pytest.mark.usefixtures("often")
def test_one_that_runs_is_stopped_with_the_meter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    processes = []
    popen = archive.subprocess.Popen

    def start(command: list[str]) -> object:
        processes.append(popen(command))
        begun.set()
        return processes[-1]

    monkeypatch.setattr(archive, "is_due", lambda *_: True)
    monkeypatch.setattr(archive.subprocess, "Popen", start)
    compaction(monkeypatch, "import time; time.sleep(3600)")
    with keeping_archive(threading.Event()):
        assert begun.wait(PATIENCE)
    (process,) = processes
    assert process.returncode != 0


@pytest.mark.usefixtures("often")
def test_an_archive_that_cannot_be_read_stops_no_meter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = threading.Semaphore(0)

    def is_due(*_: object) -> bool:
        asked.release()
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(archive, "is_due", is_due)
    with keeping_archive(threading.Event()):
        for _ in range(2):
            assert asked.acquire(timeout=PATIENCE)
    assert "cannot be compacted" in capsys.readouterr().out
