"""`make bench-sms`: messages a second, from a row in the database to the SMSC's acceptance."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.core.management import call_command
from django.db import connection

from bench import sms_peers
from bench.figures import SERVER, figure, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from wanhao.channels.sms.contracts import SmscConfig, SmsConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install
from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import decide_reminders, release_due
from wanhao.communications.contracts import Metric, Trigger
from wanhao.project.ports_in_use import is_free
from wanhao.project.postgres import EmbeddedPostgres

MESSAGES = 4_000
FEW = 200
"""For those that send one at a time to an SMSC that takes its time."""
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
RESET = """
UPDATE wanhao_communications_communicationmessage
SET state = CASE WHEN id <= %s THEN 'released' ELSE 'withdrawn' END,
    text = CASE WHEN %s OR id > %s THEN '' ELSE %s END, worker = '', claimed_at = NULL,
    accepted_at = NULL, unanswered = 0
"""
Send = Callable[[int, int, int], float]


def main() -> None:
    """Each client against each SMSC, by one bind and by four, answered at once and later."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        call_command("migrate", verbosity=0)
        timed(f"{MESSAGES:,} reminders, decided and released", set_up)
        figures = [row for name, smsc in SMSCS.items() for row in measure(name, smsc)]
    show("sms", figures)


def set_up() -> None:
    """Everybody's balance fell below fifteen yuan."""
    write_parties(MESSAGES)
    triggers = [
        Trigger(
            metric=Metric.BALANCE,
            threshold=1500,
            account_id=account,
            group_id=None,
            number=None,
            cycle=202611,
            episode=0,
            left_fen=1499,
            occurred_at=int(NOON.timestamp()),
        )
        for account in range(1, MESSAGES + 1)
    ]
    decide_reminders(triggers, batch=1, now=NOON - timedelta(minutes=30))
    while release_due(NOON):
        pass


@contextmanager
def first_smsc(milliseconds: int) -> Iterator[int]:
    """npm's smpp; receipts are held back, so that only the way there is measured."""
    settings = PeerSettings(port=0, http_port=0, modules=install())
    with SmscPeer(settings) as peer:
        peer.post("/mode", hold_receipts=True, delay_ms=milliseconds)
        yield peer.address.port


@contextmanager
def second_smsc(milliseconds: int) -> Iterator[int]:
    """smpp34's server, which sends no receipts."""
    port = next(port for port in range(24_000, 32_000) if is_free("127.0.0.1", port))
    command = [sys.executable, "-m", "bench.second_smsc", str(port), str(milliseconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield port
    finally:
        process.kill()
        process.wait()


SMSCS = {"npm": first_smsc, "smpp34": second_smsc}


def measure(name: str, smsc: Callable[[int], object]) -> Iterator[dict[str, object]]:
    """Ours beside smpplib that stores as safely; what sends without storing is told as well."""
    for binds in (1, 4):
        for milliseconds in (0, 20):
            where = f"{name}, {binds} binds, {milliseconds} ms"
            few = FEW * binds if milliseconds else MESSAGES
            mine = rate(f"wanhao, {where}", ours, MESSAGES, smsc, binds, milliseconds)
            safe = rate(f"smpplib, stored, {where}", sms_peers.safe, few, smsc, binds, milliseconds)
            rate(f"smpplib, bare, {where}", sms_peers.bare, few, smsc, binds, milliseconds)
            rate(f"smpp34, bare, {where}", sms_peers.bare_rust, MESSAGES, smsc, binds, milliseconds)
            yield figure(f"sms.{name}.{binds}_binds.{milliseconds}_ms", mine, "messages/s", safe)


def rate(
    what: str,
    send: Send,
    messages: int,
    smsc: Callable[[int], object],
    binds: int,
    milliseconds: int,
) -> float:
    """Messages a second of one client, on rows that were made new for it."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM wanhao_communications_messagepart")
        is_ours = send is ours
        cursor.execute(RESET, [messages, is_ours, messages, sms_peers.TEXT])
        cursor.execute("VACUUM ANALYZE wanhao_communications_communicationmessage")
    with smsc(milliseconds) as port:  # type: ignore[attr-defined]
        seconds = send(binds, port, messages)
    say(f"  {what}: {messages / seconds:,.0f} messages/s")
    return messages / seconds


def ours(binds: int, port: int, messages: int) -> float:
    """The process as it runs, from its first claim to the last acceptance that is committed."""
    several = tuple(
        SmscConfig(
            name=f"bind-{number}",
            host="127.0.0.1",
            port=port,
            system_id="wanhao",
            password="wanhao1",
            source="10001",
            window=sms_peers.WINDOW,
            per_second=100_000.0,
        )
        for number in range(binds)
    )
    stop = threading.Event()
    lines: list[str] = []
    thread = threading.Thread(
        target=run_sms,
        args=(stop, SmsConfig(binds=several)),
        kwargs={"report": lines.append, "clock": lambda: NOON},
    )
    while_waiting = (
        "SELECT count(*) FROM wanhao_communications_communicationmessage WHERE state = %s"
    )
    thread.start()
    begun = 0.0
    try:
        while True:
            with connection.cursor() as cursor:
                cursor.execute(while_waiting, ["released"])
                released = int(cursor.fetchone()[0])
                cursor.execute(while_waiting, ["accepted"])
                accepted = int(cursor.fetchone()[0])
            begun = begun or (time.perf_counter() if released < messages else 0.0)
            if accepted == messages:
                return time.perf_counter() - begun
            time.sleep(0.02)
    finally:
        stop.set()
        thread.join()
