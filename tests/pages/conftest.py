"""The small operator, ready and counting."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pages.operator import SmallOperator


@pytest.fixture
def operator(db: None, tmp_path: Path) -> Iterator[SmallOperator]:
    small = SmallOperator(tmp_path / "usage")
    small.open()
    yield small
    small.close()


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
