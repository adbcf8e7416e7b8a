"""Folders and ports of their own for tests that start real processes."""

import fcntl
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

OURS = ("WANHAO_", "DATABASE_URL", "PYTEST_")


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data folder that PostgreSQL's account may reach, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="wanhao-data-"))
    folder.chmod(0o755)
    yield folder
    if (folder / "pg.lock").exists():
        with (folder / "pg.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # a server that is shutting down still writes
    shutil.rmtree(folder)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A port nobody listens on."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture
def clean_environment(data: Path) -> dict[str, str]:
    """What a stranger's shell has, with the data folder of this test."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
    return kept | {"WANHAO_DATA": str(data), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def wanhao() -> list[str]:
    """The command line of the wanhao command."""
    return [sys.executable, "-m", "wanhao.project.command"]
