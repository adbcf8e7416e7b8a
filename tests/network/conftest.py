"""A network of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.network.peers import Clock, RunningPeer, running_peer


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[RunningPeer]:
    with running_peer(tmp_path) as peer:
        yield peer


@pytest.fixture
def clock() -> Clock:
    return Clock()
