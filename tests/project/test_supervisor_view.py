import io
from dataclasses import replace

import pytest
from rich.console import Console

from wanhao.project.supervisor import ProcessView
from wanhao.project.supervisor_view import LineDisplay, TableDisplay, display, duration

METER = ProcessView(
    name="meter", running=True, pid=7, seconds=65.0, deaths=0, exit_code=None, line="batch 12"
)
DEAD = replace(METER, running=False, pid=None, deaths=1, exit_code=3, line="no space left")


def test_without_a_terminal_only_changes_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with LineDisplay() as shown:
        shown.show("Open http://127.0.0.1:8010/", [METER])
        shown.show("Open http://127.0.0.1:8010/", [replace(METER, line="batch 13", seconds=66.0)])
        shown.show("Open http://127.0.0.1:8010/", [DEAD])
    assert capsys.readouterr().out.splitlines() == [
        "meter     running",
        "Open http://127.0.0.1:8010/",
        "meter     ended with 3, starts again: no space left",
    ]


def test_on_a_terminal_each_process_has_one_line() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system=None)
    with TableDisplay(console) as shown:
        shown.show("Open http://127.0.0.1:8010/", [METER, replace(DEAD, name="sms")])
    lines = out.getvalue().splitlines()
    assert any("meter" in line and "running" in line and "1:05" in line for line in lines)
    assert any("sms" in line and "ended with 3, starts again (1x)" in line for line in lines)


def test_on_a_narrow_terminal_names_and_states_stay_whole() -> None:
    out = io.StringIO()
    console = Console(file=out, width=60, force_terminal=True, color_system=None)
    with TableDisplay(console) as shown:
        shown.show("Open http://127.0.0.1:8010/", [replace(METER, line="waiting " * 20)])
    assert "meter  running " in out.getvalue()


def test_a_terminal_that_cannot_draw_gets_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(display(), TableDisplay)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(display(), LineDisplay)


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (65, "1:05"), (7325, "2:02:05")])
def test_a_duration_is_short(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown
