"""The traffic maker drops files until it is stopped, and holds back when they are not counted."""

import threading
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from wanhao.products.actions import load_catalogue
from wanhao.products.queries import offerings
from wanhao.project.demo.habits import habits_of
from wanhao.project.demo.maker import TrafficMaker
from wanhao.project.demo.notebook import Notebook
from wanhao.project.demo.traffic import MOST_WAITING, run_traffic
from wanhao.project.demo.usage_files import drop
from wanhao.project.demo.world import build_world, resident_accounts
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.queries import meter_status, quarantine_by_reason
from wanhao.workflows.tell_customers import TellCustomers

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LINES = 300


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


@pytest.mark.django_db
def test_the_meter_finds_exactly_what_the_traffic_maker_planned(tmp_path):
    build_world(LINES, lambda done, total: None, NOW)
    folders = Folders(tmp_path / "usage")
    habits = habits_of(resident_accounts(LINES), offerings(), 202611)
    maker = TrafficMaker(habits, Notebook(folders.inbox), NOW, np.random.default_rng(5))
    later = NOW + timedelta(minutes=3)
    planned = {"rows": 0, "duplicates": 0, "refused": 0}
    for place in range(108):
        made = maker.next_file(NOW + timedelta(seconds=1.5 * place))
        drop(folders.inbox, made.name, made.content)
        for name in planned:
            planned[name] += getattr(made.tally, name)
    count_everything(folders, later)
    status = meter_status(later)
    assert (status.records_in, status.duplicate, status.quarantined) == tuple(planned.values())
    assert status.metered == planned["rows"] - planned["duplicates"] - planned["refused"]
    reasons = {entry.reason for entry in quarantine_by_reason()}
    assert reasons == {"unknown-number", "unknown-service", "unknown-zone", "unreadable"}


def count_everything(folders: Folders, now: datetime) -> None:
    meter = LocalMeter(folders=folders, sink=TellCustomers(), shards=4, clock=lambda: now)
    meter.start()
    while meter.step():
        pass
    meter.stop()
