"""One embedded PostgreSQL for the whole run, in a folder of its own; xdist workers share it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.db import connection
from hypothesis import settings

from tests.emptying import emptied_by_rows
from wanhao.project.postgres import EmbeddedPostgres, embedded_url
from wanhao.project.translations import compile_translations

CLUSTER = pytest.StashKey[EmbeddedPostgres]()
# A crash of the machine may cost the tests their database; waiting for the disk would cost more.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
ROOM = {"max_connections": "200", "max_locks_per_transaction": "256"}


def _choose_folder() -> Path:
    """The run's data folder; workers inherit the controller's choice by environment."""
    if "WANHAO_TEST_DATA" not in os.environ:
        made = Path(tempfile.mkdtemp(prefix="wanhao-tests-"))
        made.chmod(0o755)  # PostgreSQL may run as another user
        (made / "static").mkdir()
        os.environ["WANHAO_TEST_DATA"] = str(made)
    return Path(os.environ["WANHAO_TEST_DATA"])


DATA = _choose_folder()
(DATA / "static").mkdir(exist_ok=True)
compile_translations()
# Settings are read once, so all of this comes before Django.
os.environ["WANHAO_DATA"] = str(DATA)
os.environ["DATABASE_URL"] = embedded_url(DATA)
os.environ["WANHAO_SECRET_KEY"] = "only-for-tests-" + "x" * 40
os.environ["DJANGO_SETTINGS_MODULE"] = "wanhao.project.settings"
django.setup()

settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if _is_worker(config):
        return
    cluster = EmbeddedPostgres(DATA, FAST | ROOM)
    cluster.start()
    config.stash[CLUSTER] = cluster


def pytest_unconfigure(config: pytest.Config) -> None:
    if _is_worker(config):
        return
    if CLUSTER in config.stash:
        config.stash[CLUSTER].stop()
    shutil.rmtree(DATA, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_rows() -> Iterator[None]:
    with emptied_by_rows():
        yield


@pytest.fixture(autouse=True)
def _nothing_kept(request: pytest.FixtureRequest) -> Iterator[None]:
    """Drop the table of the tests' own sink of effects, as Django empties its tables."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS kept")
            cursor.execute("SELECT pg_advisory_unlock_all()")
