"""The traffic maker drops files until it is stopped, and holds back when they are not counted."""

import threading

import pytest

from wanhao.products.actions import load_catalogue
from wanhao.project.demo.traffic import MOST_WAITING, run_traffic


@pytest.mark.django_db
def test_files_are_dropped_until_stopped_and_not_when_too_many_wait(tmp_path):
    load_catalogue()
    inbox = tmp_path / "inbox"
    stop, said = threading.Event(), []

    def say(line: str) -> None:
        said.append(line)
        if "pauses" in line:
            stop.set()

    run_traffic(stop, inbox, lines=300, period=0.001, say=say)
    waiting = [path.name for path in inbox.iterdir()]
    assert MOST_WAITING < len(waiting) <= MOST_WAITING + 2
    assert any(name.startswith("cast-history-") for name in waiting)
    assert said[-1:] == [f"traffic pauses: {len(waiting)} files wait to be counted"]
