"""Other clients that send the same messages: smpplib with and without a database, and smpp34."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import smpp34
from smpplib import client as smpplib_client
from smpplib import consts, exceptions, gsm

WINDOW = 50
TAKE = """
UPDATE wanhao_communications_communicationmessage SET state = 'submitting', worker = 'peer',
    claimed_at = now(), changed_at = now()
WHERE id = (
    SELECT id FROM wanhao_communications_communicationmessage WHERE state = 'released'
    ORDER BY delivery_class DESC, urgent DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, number, text
"""
TAKEN = """
WITH moved AS (
    UPDATE wanhao_communications_communicationmessage SET state = 'accepted',
        accepted_at = now(), changed_at = now()
    WHERE id = %s AND state = 'submitting' RETURNING id
)
INSERT INTO wanhao_communications_messagepart (message_id, channel_message_id, state, error)
SELECT id, %s, 'pending', '' FROM moved
"""


class Bind:
    """smpplib's own client, which waits for the answer to each submit."""

    def __init__(self, port: int) -> None:
        self.client = smpplib_client.Client("127.0.0.1", port, allow_unknown_opt_params=True)
        self.client.connect()
        self.client.bind_transceiver(system_id="wanhao", password="wanhao1")
        self._answered: list[str] = []
        self.client.set_message_sent_handler(
            lambda pdu, **_: self._answered.append(pdu.message_id.decode())
        )

    def submit(self, number: int, text: str) -> str:
        """One message of one part, from submit to its id."""
        (part, *_), coding, kind = gsm.make_parts(text)
        self.client.send_message(
            source_addr="10001",
            dest_addr_ton=0,
            dest_addr_npi=1,
            destination_addr=str(number),
            short_message=part,
            data_coding=coding,
            esm_class=kind,
            registered_delivery=True,
        )
        while not self._answered:
            self.client.read_once()
        return self._answered.pop()

    def close(self) -> None:
        # smpp34's server closes without an answer.
        with suppress(exceptions.ConnectionError):
            self.client.unbind()
        self.client.disconnect()


def safe(binds: int, port: int, _: int) -> float:
    """Each message stored as taken before its submit and as accepted after it; one at a time."""
    return _timed(binds, port, _send_safely)


def _send_safely(bind: Bind) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        while row := connection.execute(TAKE).fetchone():
            key, number, text = row
            connection.execute(TAKEN, [key, bind.submit(number, text)])


def bare(binds: int, port: int, messages: int) -> float:
    """No database at all: what smpplib's client itself can do, and loses when it dies."""

    def send(bind: Bind) -> None:
        for number in range(messages // binds):
            bind.submit(16_907_910_001 + number, TEXT)

    return _timed(binds, port, send)


TEXT = "您的余额还有¥14.99，已低于¥15.00。请及时充值，以免影响使用。【万号】"


def _timed(binds: int, port: int, work: Callable[[Bind], None]) -> float:
    made = [Bind(port) for _ in range(binds)]
    threads = [threading.Thread(target=work, args=(bind,)) for bind in made]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    for bind in made:
        bind.close()
    return seconds


def bare_rust(binds: int, port: int, messages: int) -> float:
    """smpp34's client without a database, with our window; it takes receipts before we see them."""
    return asyncio.run(_bare_rust(binds, port, messages))


async def _bare_rust(binds: int, port: int, messages: int) -> float:
    clients = [
        smpp34.Client("127.0.0.1", port, "wanhao", "wanhao1", bind_type="TRX", window_size=WINDOW)
        for _ in range(binds)
    ]
    sessions = [await client.connect() for client in clients]
    payload = TEXT.encode("utf-16-be")

    async def send(session: Any, count: int) -> None:
        for _ in range(count):
            await session.submit_sm(
                "16907910001",
                payload,
                source_addr="10001",
                data_coding=consts.SMPP_ENCODING_ISO10646,
            )

    begun = time.perf_counter()
    each = messages // (binds * WINDOW)
    await asyncio.gather(*(send(session, each) for session in sessions for _ in range(WINDOW)))
    seconds = time.perf_counter() - begun
    for client in clients:
        await client.stop()
    return seconds
