"""`wanhao sms test` shows what becomes of a message."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from tests.channels.sms.fakes import sms_config
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install
from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import release_due
from wanhao.communications.models import CommunicationMessage
from wanhao.project.command.sms import sms
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "16907910001"


@pytest.fixture
def smsc(tmp_path: Path) -> Iterator[SmscPeer]:
    settings = PeerSettings(port=0, http_port=0, modules=install(), receipt_delay_ms=20)
    with SmscPeer(settings) as peer:
        yield peer


@contextmanager
def processes(smsc: SmscPeer) -> Iterator[None]:
    """A worker and an SMS process."""
    stop = threading.Event()
    bind = SmscConfig(
        host="127.0.0.1",
        port=smsc.address.port,
        system_id="wanhao",
        password="wanhao1",
        source="10001",
    )
    config = replace(sms_config(bind), sign_off="【测试】")

    def release() -> None:
        while not stop.wait(0.05):
            release_due(datetime.now(UTC))
        connection.close()

    threads = [
        threading.Thread(target=release),
        threading.Thread(target=run_sms, args=(stop, config), kwargs={"report": lambda _: None}),
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(sms, ["test", *arguments])


def test_a_test_message_is_followed_until_it_arrived(smsc: SmscPeer) -> None:
    with processes(smsc):
        done = run(NUMBER, "--text", "线路测试" * 20)
    assert done.exit_code == 0, done.exception
    assert done.output.splitlines()[-1] == "delivered, 2 of 2 parts arrived"
    (message,) = smsc.messages()
    assert (message["to"], message["text"]) == (NUMBER, "线路测试" * 20 + "【测试】")


def test_a_refused_number_is_told_with_its_status(smsc: SmscPeer) -> None:
    smsc.post("/mode", refused_numbers={NUMBER: 0x0B})
    with processes(smsc):
        done = run(NUMBER)
    assert isinstance(done.exception, WanhaoError)
    assert "failed, 1 part, SMPP status 0x0B" in done.exception.message


def test_without_a_worker_it_is_told_what_is_missing() -> None:
    done = run(NUMBER, "--wait", "0")
    assert isinstance(done.exception, WanhaoError)
    assert done.exception.message == "It has not arrived: planned."
    assert done.exception.remedy == "See that a worker runs: wanhao worker"


@pytest.mark.parametrize("number", ["abc", "123", "１６９０７９１０００１"])
def test_what_is_no_number_is_refused(number: str) -> None:
    done = run(number)
    assert isinstance(done.exception, WanhaoError)
    assert CommunicationMessage.objects.count() == 0
