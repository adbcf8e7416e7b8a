"""Everything on this machine: the database, its contents, and the processes, until Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click

from wanhao.channels.sms.peer import PeerSettings, install, peer_command, peer_environment
from wanhao.project.env import Environment
from wanhao.project.gateway import local_network_program
from wanhao.project.payments import local_payments_program
from wanhao.project.ports_in_use import answers, refuse_if_taken
from wanhao.project.postgres import EmbeddedPostgres, die_with_parent
from wanhao.project.single import only_one
from wanhao.project.supervisor import ProcessView, Program, Supervisor
from wanhao.project.supervisor_view import Display, display
from wanhao.values.errors import WanhaoError

TICK_SECONDS = 0.25
DATABASE_CHECK_SECONDS = 2.0
# The local SMSC takes what a month of reminders in ten minutes needs.
DEMO_SMSC = {"WANHAO_SMSC_PER_SECOND": "500", "WANHAO_SMSC_WINDOW": "50"}
OURSELVES = (sys.executable, "-m", "wanhao.project.command")


def run_everything(env: Environment) -> None:
    """Start all that a system needs, keep it running, and stop it when told to."""
    with only_one(env.data, address(env)):
        _refuse_taken_ports(env)
        with _stopping_by_interrupt():
            try:
                _Host(env).run()
            except KeyboardInterrupt:
                click.echo("Everything was stopped.")


def address(env: Environment) -> str:
    """Where a browser on this machine finds the pages."""
    host = "127.0.0.1" if env.host in {"0.0.0.0", "::"} else env.host  # noqa: S104 - compared only
    return f"http://{f'[{host}]' if ':' in host else host}:{env.port}/"


class _Host:
    def __init__(self, env: Environment) -> None:
        self._env = env
        self._server = None if env.database_url else EmbeddedPostgres(env.data)
        self._checked = self._began = time.monotonic()
        self._restarts = 0
        self._is_open = False

    def run(self) -> None:
        """Prepare, then supervise; whatever was started is stopped at the end."""
        try:
            self._prepare()
            supervisor = Supervisor(self._programs(), self._env.data / "log", self._children())
            try:
                with display() as shown:
                    self._supervise(supervisor, shown)
            finally:
                _stopping()
                supervisor.stop()
        finally:
            _stopping()
            if self._server is not None:
                self._server.stop()

    def _prepare(self) -> None:
        click.echo("wanhao 万号 starts; Ctrl-C stops it.")
        if self._server is not None:
            self._server.start(click.echo)
        self._step("migrate")
        if self._env.demo:
            install()
            self._step("demo", "build")

    def _step(self, *arguments: str) -> None:
        """One command to its end, in view."""
        child = _child([*OURSELVES, *arguments], self._children())
        try:
            done = child.wait()
        except KeyboardInterrupt:
            # Before the database goes; else it would complain of what was only a Ctrl-C.
            child.kill()
            child.wait()
            raise
        if done != 0:
            raise WanhaoError(
                f"Not started, because `wanhao {' '.join(arguments)}` failed (see above).",
                "See what is wrong with: wanhao doctor",
            )

    def _supervise(self, supervisor: Supervisor, shown: Display) -> None:
        while True:
            supervisor.tick()
            self._watch_database()
            self._is_open = self._is_open or answers(self._env.host, self._env.port, 0.2)
            state = "Open" if self._is_open else "Soon at"
            headline = f"{state} {address(self._env)}   Ctrl-C stops everything"
            shown.show(headline, [self._database_view(), *supervisor.views()])
            time.sleep(TICK_SECONDS)

    def _watch_database(self) -> None:
        """Start the embedded server again if it crashed."""
        now = time.monotonic()
        if self._server is None or now - self._checked < DATABASE_CHECK_SECONDS:
            return
        self._checked = now
        if not self._server.answers():
            self._restarts += 1
            self._server.start()
            self._began = time.monotonic()

    def _database_view(self) -> ProcessView:
        told = "your own (DATABASE_URL)" if self._server is None else "PostgreSQL, embedded"
        return ProcessView(
            name="database",
            running=True,
            pid=None,
            seconds=time.monotonic() - self._began,
            deaths=self._restarts,
            exit_code=None,
            line=f"{told}, started again after a crash" if self._restarts else told,
        )

    def _children(self) -> dict[str, str]:
        """The environment of the children: they use our database and never start their own."""
        url = self._env.database_url if self._server is None else self._server.url()
        demo = "1" if self._env.demo else "0"
        swift = DEMO_SMSC if self._env.demo else {}
        return swift | os.environ | {"DATABASE_URL": url, "WANHAO_DEMO": demo}

    def _programs(self) -> list[Program]:
        names = ("web", "worker", "meter", "sms", "assistant")
        programs = [Program(name=name, command=(*OURSELVES, name)) for name in names]
        if self._env.meter_serve:
            programs.append(Program(name="readers", command=(*OURSELVES, "usage", "serve")))
        if not self._env.demo:
            return programs
        peer = PeerSettings(
            port=self._env.smsc_port,
            http_port=self._env.demo_smsc_http_port,
            system_id=self._env.smsc_system_id,
            password=self._env.smsc_password,
            journal=self._env.data / "smsc" / "journal.jsonl",
        )
        (self._env.data / "smsc").mkdir(parents=True, exist_ok=True)
        smsc = Program(
            name="smsc",
            command=peer_command(peer),
            environment=peer_environment(peer),
            stops_last=True,
            told=f"local SMSC, SMPP on port {peer.port}",
        )
        peers = [smsc] if self._env.network_url else [smsc, local_network_program(self._env)]
        peers.append(local_payments_program(self._env))
        return [*peers, *programs, Program(name="traffic", command=(*OURSELVES, "demo", "traffic"))]


def _child(command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
    )


def _refuse_taken_ports(env: Environment) -> None:
    refuse_if_taken(env.host, env.port, "WANHAO_PORT")
    refuse_if_taken(env.assistant_host, env.assistant_port, "WANHAO_ASSISTANT_PORT")
    if env.demo:
        refuse_if_taken("127.0.0.1", env.smsc_port, "WANHAO_SMSC_PORT")
        refuse_if_taken("127.0.0.1", env.demo_smsc_http_port, "WANHAO_DEMO_SMSC_HTTP_PORT")
        refuse_if_taken("127.0.0.1", env.demo_payments_port, "WANHAO_DEMO_PAYMENTS_PORT")
        if not env.network_url:
            refuse_if_taken("127.0.0.1", env.demo_network_port, "WANHAO_DEMO_NETWORK_PORT")


@contextmanager
def _stopping_by_interrupt() -> Iterator[None]:
    """Let SIGTERM and a closed terminal stop us as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, interrupt)
    yield


def _stopping() -> None:
    """Ignore a second Ctrl-C: the stop takes seconds, half of it would leave processes behind."""
    if signal.getsignal(signal.SIGTERM) != signal.SIG_IGN:
        click.echo("\nStopping ...")
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
