import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from wanhao.project import postgres
from wanhao.project.postgres import EmbeddedPostgres, embedded_url, socket_folder
from wanhao.project.postgres_programs import Account, find_programs, server_account
from wanhao.values.errors import WanhaoError

START_AND_WAIT = """
import sys, time
from pathlib import Path
from wanhao.project.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print("ready", server.started_here, flush=True)
sys.stdin.readline()
server.stop()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShutOut(Account):
    """An account that may reach nothing."""

    def can(self, right: str, path: Path) -> bool:
        return False


def execute(server: EmbeddedPostgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url()) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def wait_until_gone(server: EmbeddedPostgres) -> None:
    deadline = time.monotonic() + 20
    while server.answers():
        assert time.monotonic() < deadline, "the server still answers"
        time.sleep(0.05)


@contextmanager
def process_with_server(data: Path, **how: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", START_AND_WAIT, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **how,  # type: ignore[call-overload]
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_what_was_committed_is_there_at_the_next_start(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        execute(server, "CREATE TABLE note AS SELECT 7 AS figure")
    assert not server.answers()

    with EmbeddedPostgres(data) as again:
        assert execute(again, "SELECT figure FROM note") == [(7,)]


def test_a_killed_server_recovers_at_the_next_start(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        execute(server, "CREATE TABLE note AS SELECT 7 AS figure")
        os.kill(server.server_pid(), signal.SIGKILL)

        server.start()

        assert execute(server, "SELECT figure FROM note") == [(7,)]


@pytest.mark.parametrize("name", ["postmaster.pid", ".s.PGSQL.5432.lock"])
def test_a_pid_file_left_behind_does_not_block_the_start(data: Path, name: str) -> None:
    folder = socket_folder(data) if name.startswith(".s.") else data / "pg" / "cluster"
    with EmbeddedPostgres(data) as server:
        left = (folder / name).read_text()
    with subprocess.Popen(["sleep", "600"], **server_account().launch_arguments()) as stranger:
        (folder / name).write_text("\n".join([str(stranger.pid), *left.split("\n")[1:]]))
        try:
            with server:
                assert server.answers()
        finally:
            stranger.kill()


def test_a_server_that_runs_is_used_and_left_running(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        with EmbeddedPostgres(data) as other:
            assert not other.started_here
        assert server.answers()


def test_two_that_start_at_once_share_one_server(data: Path) -> None:
    with process_with_server(data) as one, process_with_server(data) as two:
        assert one.stdout is not None
        assert two.stdout is not None
        told = {one.stdout.readline().strip(), two.stdout.readline().strip()}
    assert told == {"ready True", "ready False"}


def test_the_server_ends_when_its_starter_is_killed_and_starts_again_at_once(data: Path) -> None:
    server = EmbeddedPostgres(data)
    with process_with_server(data) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready True\n"
        starter.kill()
        wait_until_gone(server)
    with server:
        assert server.started_here


def test_an_ordinary_user_has_a_server_too(data: Path) -> None:
    account = server_account()
    if account.uid is not None and account.can("x", Path(sys.executable)):
        os.chown(data, account.uid, -1)
        who = account.launch_arguments() | {"stdin": subprocess.PIPE}
    else:  # we are that user, or nobody else can run this program
        who = {}
    with process_with_server(data, **who) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready True\n"
        process.communicate("\n", timeout=30)
        assert process.returncode == 0


def test_it_listens_on_no_network(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        assert execute(server, "SHOW listen_addresses") == [("",)]
        assert server.socket.stat().st_mode & 0o777 == 0o700


def test_chinese_is_stored_and_sorted_alike_on_every_machine(data: Path) -> None:
    with EmbeddedPostgres(data) as server:
        assert execute(
            server, "SELECT upper('é'), '万号' < '江西', current_setting('server_encoding')"
        ) == [("É", True, "UTF8")]


def test_a_long_data_folder_gets_a_short_socket(data: Path) -> None:
    deep = data / ("江西" * 20)
    assert socket_folder(data) == data / "pg" / "socket"
    assert len(os.fsencode(socket_folder(deep))) < 40

    with EmbeddedPostgres(deep) as server:
        assert execute(server, "SELECT 1") == [(1,)]
        assert server.url() == embedded_url(deep)
    assert not server.socket.exists()


def test_a_socket_folder_of_another_user_is_refused(data: Path) -> None:
    server = EmbeddedPostgres(data)
    server.socket = Path("/proc") if os.geteuid() else _theirs(data)
    with pytest.raises(WanhaoError, match="belongs to another user"):
        server.start()


def _theirs(data: Path) -> Path:
    folder = data / "theirs"
    folder.mkdir()
    os.chown(folder, 1, 1)
    return folder


def test_programs_out_of_reach_are_copied_once(data: Path) -> None:
    programs = find_programs(data, ShutOut())
    assert programs.folder.is_relative_to(data)
    programs.run("postgres", ["--version"])

    stamp = programs.folder.stat().st_mtime_ns
    assert find_programs(data, ShutOut()).folder.stat().st_mtime_ns == stamp


def test_a_closed_folder_above_is_told(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "server_account", ShutOut)
    with pytest.raises(WanhaoError, match="a folder above it is closed") as told:
        EmbeddedPostgres(data).start()
    assert "WANHAO_DATA" in told.value.remedy


def test_a_server_that_cannot_start_shows_its_own_words(data: Path) -> None:
    server = EmbeddedPostgres(data, {"shared_buffers": "plenty"})
    with pytest.raises(WanhaoError, match='invalid value for parameter "shared_buffers"'):
        server.start()
    with EmbeddedPostgres(data) as mended:
        assert mended.answers()


def test_a_half_made_cluster_is_made_anew(data: Path) -> None:
    half = data / "pg" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(data) as server:
        assert server.answers()
