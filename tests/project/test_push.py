"""What a worker does for pushes."""

import threading
from pathlib import Path

import pytest

from tests.channels.push.push_service import Browser, push_service
from tests.communications.conftest import build_town
from tests.communications.crossings import NOW, released, voice_crossing
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.push_subscriptions import switch_on
from wanhao.project.env import Environment
from wanhao.project.push import PAUSE_SECONDS, key_file, pushes
from wanhao.workflows.open_login import open_login


def environment(folder: Path, services: str = "127.0.0.1") -> Environment:
    return Environment(data=folder, push_services=services)  # type: ignore[arg-type]


def test_no_known_service_means_no_push(tmp_path: Path) -> None:
    assert pushes(threading.Event(), lambda: NOW, environment(tmp_path, "")) is None


def test_the_key_is_in_the_data_folder_or_where_it_is_said_to_be(tmp_path: Path) -> None:
    assert key_file(environment(tmp_path)) == tmp_path / "push" / "key.pem"
    elsewhere = Environment(data=tmp_path, push_key_file=tmp_path / "other.pem")
    assert key_file(elsewhere) == tmp_path / "other.pem"


@pytest.mark.usefixtures("db")
def test_a_turn_sends_and_a_service_that_is_away_is_asked_less_and_less(tmp_path: Path) -> None:
    town = build_town()
    line = town.family.groups[0].lines[0]
    stop = threading.Event()
    stop.set()  # no turn waits
    turn = pushes(stop, lambda: NOW, environment(tmp_path))
    assert turn is not None
    with push_service() as service:
        browser = Browser(service.url, "phone")
        login = open_login(line.number, NOW)
        switch_on(login, line.line_id, browser.keys, NOW, services=("127.0.0.1",))
        service.answers["phone"] = 503
        released(voice_crossing(town.family))
        turn()
        turn()
        assert turn._pause == 4 * PAUSE_SECONDS
        service.answers.clear()
        turn()
        assert turn._pause == PAUSE_SECONDS
        assert len(service.took) == 1
    assert CommunicationMessage.objects.get().state == "accepted"
