"""An import that is killed goes on where it stopped; the same file is imported by one at a time."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.parties.importing.files import LI, WANG, other, write
from tests.workflows.told_facts import told_facts
from wanhao.billing.queries import balances
from wanhao.parties.importing.actions import lock_key
from wanhao.parties.importing.queries import latest_runs
from wanhao.parties.importing.reading import digest_of
from wanhao.parties.queries import line_count, lines_by_number
from wanhao.parties.states import RunState
from wanhao.products.actions import load_catalogue
from wanhao.usage.contracts import LineFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows.import_parties import ImportOutcome, Wish, import_parties

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = [other(WANG, account=f"A{n}", number=f"1690791000{n}") for n in range(7)]
BAD = other(LI, city="北京")


def go(path: Path) -> ImportOutcome:
    return import_parties(
        path,
        Wish(chunk_lines=2),
        tell=lambda name, faults: None,
        watch=lambda step, done, total: None,
        clock=lambda: datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    )


def address() -> str:
    settings = connection.settings_dict
    return f"postgresql://postgres@/{settings['NAME']}?host={settings['HOST']}"


def go_and_be_killed(path: Path, chunk: int) -> int:
    script = str(Path(__file__).with_name("killed_import.py"))
    paths = os.pathsep.join(filter(None, sys.path))
    env = {**os.environ, "DATABASE_URL": address(), "PYTHONPATH": paths}
    command = [sys.executable, script, str(path), "2", str(chunk)]
    code = subprocess.run(command, env=env, check=False, timeout=120).returncode
    until_free(path)
    return code


def until_free(path: Path) -> None:
    """Wait until the database has noticed that who imported the file is gone."""
    with psycopg.connect(address()) as waiting:
        waiting.execute("SET lock_timeout = '30s'")
        waiting.execute("SELECT pg_advisory_lock(%s)", [lock_key(digest_of(path))])
        waiting.execute("SELECT pg_advisory_unlock(%s)", [lock_key(digest_of(path))])


def test_a_killed_import_goes_on_with_the_chunk_it_died_in(tmp_path: Path) -> None:
    load_catalogue()
    path = write(tmp_path, *PEOPLE, BAD)

    assert go_and_be_killed(path, chunk=2) == -9
    (run,) = latest_runs()
    assert (run.state, run.running) == (RunState.OPENING, False)
    assert (run.chunks_done, run.chunks, run.lines_opened, line_count()) == (2, 4, 4, 4)

    outcome = go(path)
    assert (outcome.resumed_at, outcome.rows_opened, outcome.rows_left_out) == (2, 7, 1)
    (run,) = latest_runs()
    assert (run.state, run.chunks_done, run.lines_opened) == (RunState.FINISHED, 4, 7)
    told = [fact.number for fact in told_facts() if isinstance(fact, LineFact)]
    assert told == [16907910000 + n for n in range(7)]
    lines = lines_by_number(told)
    assert set(balances([line.account_id for line in lines.values()]).values()) == {5000}


def test_an_import_killed_in_its_first_chunk_begins_anew(tmp_path: Path) -> None:
    load_catalogue()
    path = write(tmp_path, *PEOPLE)

    assert go_and_be_killed(path, chunk=0) == -9
    assert line_count() == 0
    outcome = go(path)
    assert (outcome.resumed_at, outcome.rows_opened, len(latest_runs())) == (0, 7, 1)


def test_a_file_that_is_being_imported_is_not_imported_a_second_time(tmp_path: Path) -> None:
    load_catalogue()
    path = write(tmp_path, *PEOPLE)
    key = lock_key(digest_of(path))
    with psycopg.connect(address()) as rival:
        rival.execute("SELECT pg_advisory_lock(%s)", [key])
        with pytest.raises(WanhaoError, match="is being imported at this moment"):
            go(path)
    assert (line_count(), latest_runs()) == (0, [])
    assert go(path).rows_opened == 7


def test_the_list_shows_which_import_runs(tmp_path: Path) -> None:
    load_catalogue()
    path = write(tmp_path, *PEOPLE)
    go_and_be_killed(path, chunk=1)
    with psycopg.connect(address()) as rival:
        rival.execute("SELECT pg_advisory_lock(%s)", [lock_key(digest_of(path))])
        assert [run.running for run in latest_runs()] == [True]
    until_free(path)
    assert [run.running for run in latest_runs()] == [False]
