"""The small operator, ready and counting, and a web server over the same database."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from django.db import connection
from playwright.sync_api import Browser, Playwright, sync_playwright
from psycopg.conninfo import make_conninfo

from tests.pages.browser import start_browser
from tests.pages.handsets import Received, message_centre
from tests.pages.operator import SmallOperator

START_SECONDS = 240.0


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # It keeps an event loop in this thread, in which Django would refuse to work; also when the
    # tables are emptied after a test.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as started:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with start_browser(playwright) as chromium:
        yield chromium


@pytest.fixture
def plain_browser(playwright: Playwright) -> Iterator[Browser]:
    """A browser that knows no JavaScript."""
    with start_browser(playwright, scripts=False) as chromium:
        yield chromium


@pytest.fixture
def operator(db: None, tmp_path: Path) -> Iterator[SmallOperator]:
    small = SmallOperator(tmp_path / "usage")
    small.open()
    yield small
    small.close()


@pytest.fixture
def committing_operator(transactional_db: None, tmp_path: Path) -> Iterator[SmallOperator]:
    """As `operator`, but what it counts is committed and seen by others."""
    small = SmallOperator(tmp_path / "usage")
    small.open()
    yield small
    small.close()


@pytest.fixture
def unused_port() -> int:
    return free_port()


@dataclass(frozen=True, slots=True)
class Served:
    """A running web server and the message centre its phones ask."""

    url: str
    received: Received


@pytest.fixture(scope="session")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The pages of the demo, served by uvicorn over the database of the tests."""
    received: Received = {}
    folder = tmp_path_factory.mktemp("web")
    with message_centre(received) as handsets, serving(free_port(), folder, handsets) as url:
        yield Served(url, received)


@pytest.fixture
def web(server: Served) -> Served:
    """The running web server, its handsets empty."""
    server.received.clear()
    return server


@contextmanager
def serving(port: int, folder: Path, handsets: int) -> Iterator[str]:
    """A web process on that port; `handsets` is the port of the message centre."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "WANHAO_DATA": str(folder),
        "WANHAO_DEMO": "1",
        "WANHAO_DEMO_SMSC_HTTP_PORT": str(handsets),
    }
    command = [sys.executable, "-m", "uvicorn", "wanhao.project.asgi:application"]
    options = ["--port", str(port), "--lifespan", "off", "--log-level", "warning"]
    grace = ["--timeout-graceful-shutdown", "1"]
    process = subprocess.Popen([*command, *options, *grace], env=environment)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(60)


def database_url() -> str:
    """Where the tests' own database is, for another process."""
    known = connection.settings_dict
    names = {"dbname": "NAME", "user": "USER", "host": "HOST", "port": "PORT"}
    return make_conninfo(**{key: known[name] for key, name in names.items() if known[name]})


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the web process answers; an AssertionError when it ended instead."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the web server did not start"
        try:
            if httpx.get(url + "/static/wanhao/favicon.svg").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the web server did not answer within {START_SECONDS:.0f} s")


def free_port() -> int:
    """A port on which nobody listens yet."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
