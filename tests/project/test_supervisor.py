import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wanhao.project.supervisor import PAUSES, ProcessView, Program, Supervisor, last_line

STEADY = "import time; print('steady', flush=True); time.sleep(600)"
HURT = "print('cannot go on', flush=True); raise SystemExit(3)"
STUBBORN = "import signal; signal.signal(15, signal.SIG_IGN); " + STEADY
SUPERVISE = """
import sys, time
from pathlib import Path
from wanhao.project.supervisor import Program, Supervisor
supervisor = Supervisor(
    [Program(name="child", command=(sys.executable, "-c", sys.argv[2]))], Path(sys.argv[1]), {}
)
supervisor.tick()
print(supervisor.views()[0].pid, flush=True)
time.sleep(600)
"""


class Clock:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def program(script: str, name: str = "child") -> Program:
    return Program(name=name, command=(sys.executable, "-c", script))


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def ticked(supervisor: Supervisor) -> ProcessView:
    supervisor.tick()
    return supervisor.views()[0]


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def test_it_shows_what_a_process_said_last(tmp_path: Path) -> None:
    supervisor = Supervisor([program(STEADY)], tmp_path, {})
    wait_for(lambda: ticked(supervisor).line == "steady")
    view = supervisor.views()[0]
    supervisor.stop()
    assert (view.running, view.deaths) == (True, 0)


def test_what_was_killed_is_started_again(tmp_path: Path) -> None:
    supervisor = Supervisor([program(STEADY)], tmp_path, {})
    first = ticked(supervisor).pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: ticked(supervisor).pid not in {first, None})
    view = supervisor.views()[0]
    supervisor.stop()
    assert (view.running, view.deaths, view.exit_code) == (True, 1, -signal.SIGKILL)


def test_what_dies_at_once_is_started_less_and_less_often(tmp_path: Path) -> None:
    clock = Clock()
    supervisor = Supervisor([program(HURT)], tmp_path, {}, clock)
    for number, pause in enumerate((*PAUSES, PAUSES[-1]), start=1):
        supervisor.tick()
        wait_for(lambda number=number: ticked(supervisor).deaths == number)
        clock.now += pause - 0.01
        assert not ticked(supervisor).running
        clock.now += 0.02
    view = supervisor.views()[0]
    assert (view.exit_code, view.line) == (3, "cannot go on")


def test_after_a_long_good_run_a_death_counts_as_the_first(tmp_path: Path) -> None:
    clock = Clock()
    supervisor = Supervisor([program(HURT)], tmp_path, {}, clock)
    for number in (1, 2, 3):
        wait_for(lambda number=number: ticked(supervisor).deaths == number)
        clock.now += 100.0
    clock.now += 0.01
    supervisor.tick()
    clock.now += 3600.0
    wait_for(lambda: ticked(supervisor).deaths == 4)
    clock.now += PAUSES[0] + 0.01
    view = ticked(supervisor)
    supervisor.stop()
    assert view.running


def test_a_program_that_does_not_exist_is_told_and_tried_again(tmp_path: Path) -> None:
    supervisor = Supervisor([Program(name="gone", command=("/nonexistent",))], tmp_path, {})
    view = ticked(supervisor)
    assert not view.running
    assert "cannot be started" in view.line
    wait_for(lambda: ticked(supervisor).deaths >= 2)


def test_stop_ends_every_process_even_a_deaf_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanhao.project.supervisor.GRACE_SECONDS", 0.5)
    supervisor = Supervisor([program(STEADY, "one"), program(STUBBORN, "two")], tmp_path, {})
    supervisor.tick()
    wait_for(lambda: all(view.line for view in supervisor.views()))
    pids = [view.pid for view in supervisor.views()]
    supervisor.stop()
    assert not any(pid is not None and is_alive(pid) for pid in pids)


def test_what_others_talk_to_is_stopped_last(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    script = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        f"    open({str(ends)!r}, 'a').write(sys.argv[1] + ' '); sys.exit(0)\n"
        "signal.signal(15, end); print('ready', flush=True); time.sleep(600)"
    )
    smsc = Program(name="smsc", command=(sys.executable, "-c", script, "smsc"), stops_last=True)
    sms = Program(name="sms", command=(sys.executable, "-c", script, "sms"))
    supervisor = Supervisor([smsc, sms], tmp_path, {})
    supervisor.tick()
    wait_for(lambda: all(view.line == "ready" for view in supervisor.views()))
    supervisor.stop()
    assert ends.read_text() == "sms smsc "


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(tmp_path), STEADY], stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    assert is_alive(child)
    supervisor.kill()
    supervisor.communicate()
    wait_for(lambda: not is_alive(child))


def test_the_last_run_keeps_its_log_beside_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "child.log").write_text("words of the last run\n")
    Supervisor([program(STEADY)], tmp_path, {})
    assert (tmp_path / "child.log.1").read_text() == "words of the last run\n"
    assert last_line(tmp_path / "child.log") == ""


def test_the_last_line_of_a_long_log_is_found(tmp_path: Path) -> None:
    log = tmp_path / "long.log"
    log.write_text("江西\n" * 100_000 + "万号\n\n")
    assert last_line(log) == "万号"
