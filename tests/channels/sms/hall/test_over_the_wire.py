"""The hall behind a real SMPP socket: once, whole and for everybody, whoever dies between."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import connection

from tests.channels.sms.conftest import config, packages, smsc
from tests.channels.sms.fakes import sms_config, until
from tests.channels.sms.hall.hall_door import answers, write
from tests.parties.examples import a_line, an_account
from wanhao.channels.sms.contracts import HallConfig, SmscConfig
from wanhao.channels.sms.hall.answering import Hall
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.process import run_sms
from wanhao.communications.contracts import MessageState
from wanhao.communications.incoming_models import IncomingMessage
from wanhao.communications.optouts import opt_outs
from wanhao.communications.queries import messages_by_state
from wanhao.parties.actions import open_accounts
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import hold_offering, load_catalogue
from wanhao.products.queries import products_of

__all__ = ["config", "packages", "smsc"]
pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = [16_907_910_001 + i for i in range(8)]
HALL = HallConfig(key=settings.SECRET_KEY.encode())


@pytest.fixture(autouse=True)
def _lines() -> None:
    load_catalogue()
    opened = open_accounts([an_account(f"A{number}", (a_line(number),)) for number in NUMBERS])
    groups = [one.groups[0].group_id for one in opened]
    hold_offering(groups, "lexiang-3g-49", datetime(2026, 1, 1, tzinfo=UTC))


@contextmanager
def process(bind: SmscConfig) -> Iterator[list[str]]:
    """The SMS process in a thread, until the block ends; gives the lines it says."""
    stop, lines = threading.Event(), [""]
    thread = threading.Thread(
        target=run_sms,
        args=(stop, sms_config(bind, hall=HALL)),
        kwargs={"report": lines.append},
    )
    thread.start()
    try:
        until(lambda: "bound" in lines[-1])
        yield lines
    finally:
        stop.set()
        thread.join(30)


@contextmanager
def own_process(bind: SmscConfig) -> Iterator[subprocess.Popen[bytes]]:
    """`wanhao sms` in a process of its own, on the database of the test."""
    named = connection.settings_dict
    url = f"postgresql://{named['USER']}@/{named['NAME']}?host={named['HOST']}"
    child = subprocess.Popen(
        [sys.executable, "-m", "wanhao.project.command", "sms"],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "WANHAO_SMSC_HOST": bind.host,
            "WANHAO_SMSC_PORT": str(bind.port),
            "WANHAO_SMSC_PER_SECOND": "1000",
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


def customer_writes(smsc: SmscPeer, number: int, text: str, style: str = "plain") -> None:
    smsc.post("/deliver", **{"from": str(number), "to": "10001", "text": text, "style": style})


def acknowledged(smsc: SmscPeer) -> int:
    return list(smsc.get("/stats")["answers"]).count(0)


def received(smsc: SmscPeer, number: int) -> list[str]:
    return [one["text"] for one in smsc.messages() if one["to"] == str(number)]


def off(number: int) -> set[str]:
    line = lines_by_number({number})[number]
    return {view.rule for view in opt_outs(line.line_id) if view.until is None}


def held(number: int) -> list[str]:
    group = lines_by_number({number})[number].group_id
    return [one.offering.code for one in products_of(group, datetime.now(UTC))]


def test_a_question_is_answered_on_the_handset(smsc: SmscPeer, config: SmscConfig) -> None:
    with process(config):
        customer_writes(smsc, NUMBERS[0], "１０１")
        until(lambda: received(smsc, NUMBERS[0]))
        until(lambda: messages_by_state()[MessageState.DELIVERED] == 1)
    (answer,) = received(smsc, NUMBERS[0])
    assert answer.startswith("余额¥0.00")
    assert answer.endswith("【万号】")


def test_what_the_network_brings_three_times_is_done_once(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    with process(config):
        for _ in range(3):
            customer_writes(smsc, NUMBERS[0], "qxxftx")
        until(lambda: acknowledged(smsc) >= 3 and received(smsc, NUMBERS[0]))
    assert len(answers()) == 1
    assert "voice-80" in off(NUMBERS[0])


@pytest.mark.parametrize("style", ["udh8", "udh16", "sar", "payload"])
def test_a_long_message_is_read_whole(smsc: SmscPeer, config: SmscConfig, style: str) -> None:
    with process(config):
        customer_writes(smsc, NUMBERS[0], " " * 140 + "101" + " " * 40, style)
        until(lambda: received(smsc, NUMBERS[0]))
    assert answers()[0].startswith("余额")


def test_a_pack_is_proposed_confirmed_and_held(smsc: SmscPeer, config: SmscConfig) -> None:
    with process(config):
        customer_writes(smsc, NUMBERS[0], "KTDCX5")
        until(lambda: len(received(smsc, NUMBERS[0])) == 1)
        customer_writes(smsc, NUMBERS[0], "y")
        until(lambda: len(received(smsc, NUMBERS[0])) == 2)
        customer_writes(smsc, NUMBERS[0], "0000")
        until(lambda: len(received(smsc, NUMBERS[0])) == 3)
    proposed, done, held = received(smsc, NUMBERS[0])
    assert "回复Y确认" in proposed
    assert "已开通" in done
    assert "短信包 5元" in held


def test_a_flood_of_one_number_holds_up_nobody(smsc: SmscPeer, config: SmscConfig) -> None:
    with process(config):
        for place in range(60):
            customer_writes(smsc, NUMBERS[0], "101" if place % 2 else "103")
        customer_writes(smsc, NUMBERS[1], "101")
        until(lambda: received(smsc, NUMBERS[1]) and len(received(smsc, NUMBERS[0])) == 21)
        until(lambda: acknowledged(smsc) >= 61)
    assert "已达上限" in received(smsc, NUMBERS[0])[-1]


def test_a_stranger_is_told_once(smsc: SmscPeer, config: SmscConfig) -> None:
    with process(config):
        for text in ("101", "0", "qxxftx"):
            customer_writes(smsc, 16_900_000_001, text)
        until(lambda: received(smsc, 16_900_000_001) and acknowledged(smsc) >= 3)
    assert len(answers()) == 1


def test_two_processes_that_get_the_same_message_handle_it_once(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    with process(config), process(config):
        for number in NUMBERS:
            for _ in range(4):
                customer_writes(smsc, number, "qxxftx")
        until(lambda: acknowledged(smsc) >= 32)
        until(lambda: len(smsc.messages()) == 8)
    assert len(answers()) == IncomingMessage.objects.count() == 8


@pytest.mark.parametrize("after_the_commit", [False, True])
@pytest.mark.parametrize("text", ["101", "qxxftx", "Y"])
def test_a_process_that_is_killed_loses_nothing_and_does_nothing_twice(
    smsc: SmscPeer, config: SmscConfig, after_the_commit: bool, text: str
) -> None:
    before = write(NUMBERS[0], "KTDCX5", datetime.now(UTC), hall=Hall(config=HALL, sign_off=""))
    with _waiting_in_the_database(at_commit=after_the_commit), own_process(config) as child:
        until(lambda: smsc.get("/health")["bound"])
        customer_writes(smsc, NUMBERS[0], text)
        until(_somebody_waits)
        if after_the_commit:
            os.kill(child.pid, signal.SIGSTOP)
            _let_go()
            until(lambda: IncomingMessage.objects.count() == 2)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    with process(config):
        until(lambda: acknowledged(smsc) >= 1 and len(received(smsc, NUMBERS[0])) == 2)
    assert len(before) == 1
    assert len(answers()) == IncomingMessage.objects.count() == 2
    assert ("voice-80" in off(NUMBERS[0])) == (text == "qxxftx")
    assert held(NUMBERS[0]).count("sms-pack-5") == (text == "Y")


@contextmanager
def _waiting_in_the_database(*, at_commit: bool) -> Iterator[None]:
    """Whoever notes a message waits: when it is written, or when it is committed."""
    timing = "DEFERRABLE INITIALLY DEFERRED" if at_commit else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION hall_waits() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN PERFORM pg_advisory_xact_lock(77); RETURN NULL; END'"
        )
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON wanhao_communications_incomingmessage "
            f"{timing} FOR EACH ROW EXECUTE FUNCTION hall_waits()"
        )
        cursor.execute("SELECT pg_advisory_lock(77)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
            cursor.execute("DROP FUNCTION hall_waits() CASCADE")


def _let_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(77)")


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        return bool(cursor.fetchone()[0])
