import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from wanhao.project.command import COMMANDS
from wanhao.project.command.usage import status_lines
from wanhao.project.single import only_one
from wanhao.usage.contracts import MeterStatus
from wanhao.usage.standby_contracts import StandbyStatus
from wanhao.values.errors import WanhaoError

Run = subprocess.CompletedProcess[str]
STATUS = MeterStatus(
    records_in=1_000_007,
    metered=1_000_000,
    duplicate=5,
    quarantined=2,
    records_per_second=16_666.8,
    lag_seconds=0.25,
    waiting_files=3,
    last_batch=12,
    last_commit_at=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    alive=True,
)


class Command(Protocol):
    def __call__(self, *arguments: str, **variables: str) -> Run: ...


@pytest.fixture
def run(wanhao: list[str], clean_environment: dict[str, str]) -> Command:
    def command(*arguments: str, **variables: str) -> Run:
        return subprocess.run(
            [*wanhao, *arguments],
            env=clean_environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def test_help_names_every_command_and_needs_no_database(run: Command, data: Path) -> None:
    done = run("--help")
    assert done.returncode == 0
    for name in ("up", "web", "worker", "meter", "sms", "usage", "demo", "doctor", "migrate"):
        assert f"\n  {name} " in done.stdout
    assert list(data.iterdir()) == []


def test_a_database_out_of_reach_is_told_without_a_traceback(run: Command) -> None:
    done = run("usage", "status", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "The database refused" in done.stderr
    assert "wanhao doctor" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_was_never_made_ready_is_told(run: Command) -> None:
    done = run("usage", "status")
    assert done.returncode == 1
    assert "wanhao migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrate_makes_an_embedded_database_ready_and_status_reads_it(
    run: Command, data: Path
) -> None:
    told = run("migrate").stdout
    assert "The database is up to date.\n" in told
    assert "wanhao manage createsuperuser" in told
    assert "No planned migration operations." in run("manage", "migrate", "--plan").stdout
    done = run("usage", "status")
    assert done.returncode == 0
    assert "records in          0\n" in done.stdout
    assert "does not run" in done.stdout
    assert f"inbox               {data / 'usage' / 'inbox'}" in done.stdout


def test_status_shows_that_what_came_in_is_what_became_of_it() -> None:
    assert status_lines(STATUS, refused=1) == [
        "records in          1,000,007",
        "metered             1,000,000",
        "duplicate           5",
        "quarantined         2",
        "records per second  16,667 (last minute)",
        "lag                 0.2 s",
        "files waiting       3",
        "files refused       1",
        "last batch          12 (2026-11-22 08:30:00 UTC)",
        "meter               runs",
        "standby             none",
    ]


def test_status_says_who_stands_by_and_how_far_behind() -> None:
    at = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    standbys = tuple(
        StandbyStatus(name=name, last_batch=batch, at=at)
        for name, batch in (("a:1", 10), ("b:2", 12))
    )
    told = status_lines(replace(STATUS, standbys=standbys), refused=0)
    assert told[-1] == "standby             a:1 (2 batches behind), b:2 (0 batches behind)"


def test_status_says_nothing_of_what_waits_while_nobody_looks() -> None:
    told = status_lines(replace(STATUS, alive=False), refused=0)
    assert "files waiting       not known while the meter does not run" in told
    assert "lag                 not known while the meter does not run" in told


def test_load_that_is_not_counted_in_time_is_told(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("record_id\n")
    done = run("usage", "load", "--wait", "--seconds", "0.1", str(file))
    assert done.returncode == 1
    assert "Not counted within 0.1 s: calls.csv." in done.stderr
    assert "The meter does not run" in done.stderr
    assert "wanhao usage status" in done.stderr


def test_reset_asks_and_leaves_all_as_it_is_on_no(run: Command, data: Path) -> None:
    (data / "usage").mkdir()
    assert "Aborted" in run("demo", "reset").stderr
    assert (data / "usage").exists()

    assert run("demo", "reset", "--yes").returncode == 0
    assert not (data / "usage").exists()


def test_reset_never_touches_a_database_of_your_own(run: Command, data: Path) -> None:
    (data / "usage").mkdir()
    done = run("demo", "reset", "--yes", DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "never deleted" in done.stderr
    assert (data / "usage").exists()


def test_reset_is_refused_while_everything_runs(run: Command, data: Path) -> None:
    (data / "usage").mkdir()
    with only_one(data, "http://127.0.0.1:8010/"):
        done = run("demo", "reset", "--yes")
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert (data / "usage").exists()


def test_a_data_folder_that_cannot_be_made_is_told(data: Path) -> None:
    (data / "file").write_text("")
    with pytest.raises(WanhaoError, match="cannot be written"), only_one(data / "file", ""):
        pass


def test_reading_commands_make_no_database(run: Command, data: Path) -> None:
    assert "There is no database" in run("usage", "status").stderr
    told = run("doctor").stdout
    assert "not made yet" in told
    assert "wanhao up" in told
    assert not (data / "pg").exists()


def test_the_doctor_tells_a_wrong_database_url_among_its_findings(run: Command) -> None:
    done = run("doctor", DATABASE_URL="sqlite:///db")
    assert done.returncode == 1
    assert "free space" in done.stdout
    assert "DATABASE_URL is wrong" in done.stdout


def test_the_doctor_tells_a_data_folder_that_cannot_be_used(run: Command, data: Path) -> None:
    (data / "file").write_text("")
    done = run("doctor", WANHAO_DATA=str(data / "file"))
    assert done.returncode == 1
    assert "set WANHAO_DATA to another folder" in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize(
    "name", [name for name, entry in COMMANDS.items() if not entry.with_django]
)
def test_what_comes_before_django_needs_none_of_it(run: Command, name: str) -> None:
    told = run(name, "--help")
    assert told.returncode == 0, told.stderr
