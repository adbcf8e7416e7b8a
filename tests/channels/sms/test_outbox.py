"""From a decision in the database to a delivered message, over a real SMPP stack."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.channels.sms.fakes import sms_config, until
from tests.parties.examples import SINCE, a_line, an_account
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import claim_for_sending, decide_reminders, release_due
from wanhao.communications.contracts import MessageState, Metric, Trigger
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import messages_by_state
from wanhao.parties.actions import open_accounts

pytestmark = pytest.mark.django_db(transaction=True)

# In the evening nothing is released.
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
NUMBERS = [16_907_910_001 + i for i in range(8)]


def _balances_fall(threshold: int) -> None:
    """Every account of the test falls below a threshold, and its message is released."""
    opened = open_accounts([an_account(f"A{number}", (a_line(number),)) for number in NUMBERS])
    triggers = [
        Trigger(
            metric=Metric.BALANCE,
            threshold=threshold,
            account_id=account.account_id,
            group_id=None,
            number=None,
            cycle=202611,
            episode=0,
            left_fen=threshold - 1,
            occurred_at=SINCE,
        )
        for account in opened
    ]
    decide_reminders(triggers, batch=1, now=NOON - timedelta(minutes=30))
    release_due(NOON)


@contextmanager
def _process(bind: SmscConfig, **more: Any) -> Iterator[list[str]]:
    """The SMS process, until the block ends; gives the lines it says."""
    config = sms_config(bind, **more)
    stop, lines = threading.Event(), [""]
    thread = threading.Thread(
        target=run_sms, args=(stop, config), kwargs={"report": lines.append, "clock": lambda: NOON}
    )
    thread.start()
    try:
        yield lines
    finally:
        stop.set()
        thread.join(30)


def _run_until(bind: SmscConfig, what: Callable[[], bool], **more: Any) -> str:
    """Runs the SMS process until it is true; gives its last line."""
    with _process(bind, **more) as lines:
        until(what)
    return lines[-1]


def _count(state: MessageState) -> int:
    return messages_by_state()[state]


def test_released_reminders_are_delivered(smsc: SmscPeer, config: SmscConfig) -> None:
    _balances_fall(1500)
    last = _run_until(config, lambda: _count(MessageState.DELIVERED) == 8, sign_off="【测试】")
    messages = smsc.messages()
    assert sorted(message["to"] for message in messages) == [str(number) for number in NUMBERS]
    assert all(message["text"].endswith("【测试】") for message in messages)
    assert last == "stopped sent 8 unknown 0 receipts 8"


def test_what_nobody_answered_is_unknown_until_its_receipt_comes(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    _balances_fall(1500)
    smsc.post("/mode", silent=True, hold_receipts=True)
    impatient = replace(config, response_timeout=0.2)
    _run_until(impatient, lambda: _count(MessageState.UNKNOWN) == 8)
    smsc.post("/receipts")
    _run_until(config, lambda: _count(MessageState.DELIVERED) == 8)
    assert smsc.get("/stats")["submits"] == 8


def test_what_was_in_hand_at_a_crash_is_settled_at_the_next_start(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    _balances_fall(1500)
    assert len(claim_for_sending("sms-1", 3, NOON)) == 3
    _run_until(config, lambda: _count(MessageState.DELIVERED) == 5)
    assert _count(MessageState.UNKNOWN) == 3
    assert smsc.get("/stats")["submits"] == 5


def test_two_processes_share_the_messages_and_no_name(smsc: SmscPeer, config: SmscConfig) -> None:
    smsc.post("/mode", delay_ms=500)
    small = replace(config, window=1)
    with _process(small) as first, _process(small) as second:
        until(lambda: "bound" in first[-1] and "bound" in second[-1])
        _balances_fall(1500)
        until(lambda: len(_senders()) == 2)
        until(lambda: _count(MessageState.DELIVERED) == 8)
    assert sorted(message["to"] for message in smsc.messages()) == [str(n) for n in NUMBERS]


def _senders() -> set[str]:
    workers = CommunicationMessage.objects.values_list("worker", flat=True)
    return set(workers) & {"sms-1", "sms-2"}


def _cut_every_other_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def test_a_database_that_cuts_its_connections_is_survived(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    _balances_fall(1500)
    smsc.post("/mode", delay_ms=200)

    def is_settled_although_cut() -> bool:
        if smsc.get("/stats")["submits"] in range(1, 7):
            _cut_every_other_connection()
        return _count(MessageState.DELIVERED) == 8

    _run_until(config, is_settled_although_cut)
    assert smsc.get("/stats")["submits"] == 8
