"""The embedded PostgreSQL: one server in the data folder, reached over a Unix socket only."""

import ctypes
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.errors import DuplicateDatabase, UniqueViolation
from psycopg.pq import PGconn, Ping

from wanhao.project.postgres_programs import Programs, find_programs, server_account
from wanhao.values.errors import WanhaoError

DATABASE = "wanhao"
PORT = 5432
# A Unix socket's whole path may have 107 bytes.
LONGEST_SOCKET_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}")
# Crash recovery after a long run may take minutes; to give up earlier would corrupt nothing but
# leave the operator without a service.
START_SECONDS = 900.0
STOP_SECONDS = 90.0
SLOW_START_SECONDS = 5.0
PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def socket_folder(data: Path) -> Path:
    """Where the embedded server of this data folder listens; short enough for a socket's path."""
    beside = data / "pg" / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER:
        return beside
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
    return Path("/tmp") / f"wanhao-{digest}"  # noqa: S108 - made with mode 700, owner checked


def socket_url(socket: Path, database: str = DATABASE) -> str:
    """The address of a database behind a socket folder."""
    return f"postgresql://postgres@/{database}?host={quote(str(socket), safe='')}"


def embedded_url(data: Path, database: str = DATABASE) -> str:
    """The address of a database of this data folder's embedded server."""
    return socket_url(socket_folder(data), database)


def die_with_parent(by: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn`: the kernel sends the child this signal when its parent is gone."""

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(by))

    return ask_kernel


class EmbeddedPostgres:
    """Starts the data folder's server, or uses the one that already runs there.

    Only the one who started it stops it. It is started from the main thread, because the server is
    told to shut down when the thread that started it ends.
    """

    def __init__(self, data: Path, options: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.folder = data / "pg"
        self.socket = socket_folder(data)
        self.log = data / "log" / "postgresql.log"
        self._options = dict(options or {})
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url(self, database: str = DATABASE) -> str:
        """The address of one of its databases."""
        return socket_url(self.socket, database)

    @property
    def started_here(self) -> bool:
        """Whether this object started the server and so will stop it."""
        return self._process is not None

    @property
    def is_made(self) -> bool:
        """Whether this data folder has a database; one of another user's counts as made."""
        try:
            return self._cluster.exists()
        except PermissionError:
            return True

    def answers(self) -> bool:
        """Whether the server accepts connections now."""
        return PGconn.ping(self.url("postgres").encode()) == Ping.OK

    def start(self, say: Say = lambda _: None) -> None:
        """Have a server that accepts connections and has our database; made at the first start."""
        if not self.answers():
            self._wait_until_ready(self._prepare(), say)
        self._make_database()

    def stop(self) -> None:
        """Shut down what this object started; sessions are cut, committed work is kept."""
        process, self._process = self._process, None
        if process is None:
            return
        _end(process)
        if not self.socket.is_relative_to(self.data):
            with suppress(OSError):
                self.socket.rmdir()

    def server_pid(self) -> int:
        """The process id of the running server."""
        return int((self._cluster / "postmaster.pid").read_text().split("\n", 1)[0])

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    def _prepare(self) -> Programs:
        account = server_account()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.socket):
            self._claim(folder)
            account.own(folder)
        if not account.can("w", self.folder):
            raise WanhaoError(
                f"PostgreSQL cannot reach {self.folder}: a folder above it is closed.",
                "Set WANHAO_DATA to a folder that every user may enter.",
            )
        return find_programs(self.data, account)

    def _claim(self, folder: Path) -> None:
        """Refuse a folder that somebody else made, as may happen below /tmp."""
        if not folder.exists():
            return
        expected = {os.geteuid(), server_account().uid}
        if folder.is_symlink() or folder.stat().st_uid not in expected:
            raise WanhaoError(
                f"{folder} belongs to another user.",
                "Set WANHAO_DATA to a folder of your own.",
            )

    def _lock(self) -> int | None:
        """The right to start a server here; None while another start or server has it.

        The server inherits the lock, so it lasts until its last process has ended, even after a
        kill. A process id in a file cannot tell that.
        """
        lock = os.open(self.data / "pg.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _make_cluster(self, programs: Programs, say: Say) -> None:
        if self._cluster.exists():
            return
        say("Making the database (once)")
        unfinished = self.folder / "cluster.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        settings = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        # The built-in provider sorts alike on every machine; the wheel has no ICU.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        programs.run("initdb", [*settings, *locale, "--no-sync", "-D", str(unfinished)])
        unfinished.rename(self._cluster)

    def _wait_until_ready(self, programs: Programs, say: Say) -> None:
        began, told, launched = time.monotonic(), False, False
        while not self.answers():
            waited = time.monotonic() - began
            if waited > START_SECONDS:
                raise self._failure("PostgreSQL did not become ready")
            if waited > SLOW_START_SECONDS and not told:
                say("PostgreSQL is recovering from an unclean stop; this can take minutes")
                told = True
            if not launched:
                launched = self._launch_if_free(programs, say)
            elif self._process is None or self._process.poll() is not None:
                self._process = None
                raise self._failure("PostgreSQL did not start")
            time.sleep(0.05)

    def _launch_if_free(self, programs: Programs, say: Say) -> bool:
        """Launch, unless another server is on this folder, coming up or going down."""
        lock = self._lock()
        if lock is None:
            return False
        try:
            self._make_cluster(programs, say)
            # Nobody runs, as the lock is ours; neither a stranger with the same id nor a server
            # that was killed and is not yet buried must block us.
            for left in (self._cluster / "postmaster.pid", self.socket / f".s.PGSQL.{PORT}.lock"):
                left.unlink(missing_ok=True)
            self._process = self._launch(programs, lock)
        finally:
            os.close(lock)
        return True

    def _launch(self, programs: Programs, lock: int) -> subprocess.Popen[bytes]:
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "log_timezone": "UTC",
            "timezone": "UTC",
            # Small containers have a small /dev/shm; the data folder always has room.
            "dynamic_shared_memory_type": "mmap",
        } | self._options
        flags = [part for item in options.items() for part in ("-c", "=".join(item))]
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("wb") as log:
            return subprocess.Popen(
                programs.command("postgres", "-D", str(self._cluster), *flags),
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock,),
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509 - one system call
                **programs.account.launch_arguments(),
            )

    def _make_database(self) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is None:
                # Another that starts now may have made it since.
                with suppress(DuplicateDatabase, UniqueViolation):
                    connection.execute(
                        sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
                    )

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""

    def _failure(self, what: str) -> WanhaoError:
        return WanhaoError(
            f"{what}:\n{self._last_words()}",
            f"The whole log is in {self.log}. Check the free space with: wanhao doctor",
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    for how, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 10.0)):
        process.send_signal(how)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return
    process.kill()
    process.wait()
