"""Runs programs as children: starts again what dies, and stops all of them together."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wanhao.project.postgres import die_with_parent

# Seconds before a program that died is started again; the last value repeats.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# A program that ran this long is taken to be well, so its next death counts as the first.
WELL_AFTER_SECONDS = 60.0
GRACE_SECONDS = 15.0
TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One child: its name (also its log's), its command line, and what it needs in its environment.

    One that others talk to until their end is stopped last. `told` is shown while it runs, for one
    whose own words are not for people.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    stops_last: bool = False
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessView:
    """What may be shown of one child; `line` is the last thing it said."""

    name: str
    running: bool
    pid: int | None
    seconds: float
    deaths: int
    exit_code: int | None
    line: str


@dataclass(slots=True, kw_only=True)
class _Child:
    program: Program
    log: Path
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    due: float = 0.0
    quick_deaths: int = 0
    deaths: int = 0
    exit_code: int | None = field(default=None)


def last_line(log: Path) -> str:
    """The last line a program wrote that is not empty."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")


class Supervisor:
    """Keeps programs running until it is told to stop.

    Children are in sessions of their own, so a Ctrl-C in the terminal reaches only the supervisor;
    the kernel ends them when the supervisor dies without stopping them. Use it from one thread.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        logs: Path,
        environment: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._environment = dict(environment) | {"PYTHONUNBUFFERED": "1"}
        self._clock = clock
        self._children = [_Child(program=item, log=logs / f"{item.name}.log") for item in programs]
        logs.mkdir(parents=True, exist_ok=True)
        for child in self._children:
            if child.log.exists():
                child.log.replace(child.log.with_suffix(".log.1"))

    def tick(self) -> None:
        """Notice what died and start what is due; call it a few times a second."""
        for child in self._children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child)
            if child.process is None and self._clock() >= child.due:
                self._start(child)

    def views(self) -> list[ProcessView]:
        """The children in the order they were given."""
        return [self._view(child) for child in self._children]

    def stop(self) -> None:
        """Ask every child to end, wait, and end those by force that do not."""
        for last in (False, True):
            self._stop([child for child in self._children if child.program.stops_last is last])

    def _stop(self, children: Sequence[_Child]) -> None:
        running = [child.process for child in children if child.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = self._clock() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - self._clock()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for child in children:
            child.process = None

    def _start(self, child: _Child) -> None:
        child.began = self._clock()
        with child.log.open("ab") as log:
            try:
                child.process = subprocess.Popen(
                    child.program.command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=self._environment | dict(child.program.environment),
                    start_new_session=True,
                    preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - one system call
                )
            except OSError as error:
                log.write(f"cannot be started: {error}\n".encode())
                self._note_death(child, None)

    def _bury(self, child: _Child) -> None:
        assert child.process is not None
        code, child.process = child.process.returncode, None
        self._note_death(child, code)

    def _note_death(self, child: _Child, code: int | None) -> None:
        now = self._clock()
        if now - child.began >= WELL_AFTER_SECONDS:
            child.quick_deaths = 0
        child.exit_code = code
        child.due = now + PAUSES[min(child.quick_deaths, len(PAUSES) - 1)]
        child.quick_deaths += 1
        child.deaths += 1
        child.began = now

    def _view(self, child: _Child) -> ProcessView:
        return ProcessView(
            name=child.program.name,
            running=child.process is not None,
            pid=None if child.process is None else child.process.pid,
            seconds=self._clock() - child.began,
            deaths=child.deaths,
            exit_code=child.exit_code,
            line=(child.process and child.program.told) or last_line(child.log),
        )
