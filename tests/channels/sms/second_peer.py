"""A second SMSC by other people: the server of smpp34, in a thread of its own.

It takes every bind, whatever the password, so it cannot refuse one; it does not show until when a
message is valid, has no TLS, and sends `deliver_sm` once, without repeating what was refused.
"""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import smpp34

from tests.channels.sms.fakes import PATIENCE
from wanhao.channels.sms.encoding import InboundPart, join
from wanhao.project.ports_in_use import is_free

UDH = 0x40
RECEIPT = 0x04


class SecondSmsc:
    """What it took, and how it behaves; `throttle` refuses that many, `silent` answers nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.throttle = 0
        self.silent = False
        self.taken: list[Any] = []
        self.answers: list[int] = []
        self.binds = 0
        self._kept: list[Any] = []
        self._clients: dict[str, Any] = {}
        self._loop = asyncio.new_event_loop()
        self._ending = asyncio.Event()
        self.listens = threading.Event()

    def texts(self) -> list[str]:
        """Every message that is whole, in the order of its last part."""
        waiting: dict[tuple[str, int], dict[int, InboundPart]] = {}
        found = []
        for event in self.taken:
            part = _part(event)
            have = waiting.setdefault((part.destination, part.reference), {})
            have[part.index] = part
            if len(have) == part.total:
                found.append(join(have.values()))
                del waiting[part.destination, part.reference]
        return found

    def deliver(self, source: str, payload: bytes, **fields: Any) -> None:
        """One deliver_sm to whoever is bound; its answer is kept."""
        self._do(lambda: self._deliver(source, payload, fields))

    def cut(self) -> None:
        """Unbinds everybody."""
        for client in list(self._clients.values()):
            self._do(client.unbind)

    async def _live(self) -> None:
        server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="second")
        await server.start()
        serving = asyncio.create_task(self._serve(server))
        self.listens.set()
        await self._ending.wait()
        serving.cancel()
        await server.stop()

    async def _serve(self, server: smpp34.Server) -> None:
        while True:
            await self._handle(await server.next())

    async def _handle(self, event: Any) -> None:
        if isinstance(event, smpp34.Esme):
            self.binds += 1
            self._clients[event.session_id] = event
        elif isinstance(event, smpp34.Unbound):
            self._clients.pop(event.session_id, None)
        elif self.throttle:
            self.throttle -= 1
            event.reject(smpp34.ESME_RTHROTTLED)
        else:
            await self._take(event)

    async def _take(self, event: Any) -> None:
        self.taken.append(event)
        if self.silent:
            self._kept.append(event)
            return
        message_id = f"m{len(self.taken)}"
        event.accept(message_id)
        receipt = f"id:{message_id} sub:001 dlvrd:001 stat:DELIVRD err:000 text:"
        asyncio.get_running_loop().create_task(
            self._deliver(event.destination_addr, receipt.encode(), {"esm_class": RECEIPT})
        )

    async def _deliver(self, source: str, payload: bytes, fields: dict[str, Any]) -> None:
        client = list(self._clients.values())[-1]
        answer = await client.deliver_sm("10001", payload, source_addr=source, **fields)
        self.answers.append(answer.command_status)

    def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await work()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE)

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._live())
        self._loop.close()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._ending.set)


@contextmanager
def second_smsc() -> Iterator[SecondSmsc]:
    """A running one; it cannot tell a port of its own choice, so a free one is looked for."""
    first = 24_000 + os.getpid() % 700 * 10
    peer = SecondSmsc(next(n for n in range(first, 32_000) if is_free("127.0.0.1", n)))
    thread = threading.Thread(target=peer.run)
    thread.start()
    try:
        assert peer.listens.wait(PATIENCE)
        yield peer
    finally:
        peer.stop()
        thread.join(PATIENCE)


def _part(event: Any) -> InboundPart:
    payload, place = event.short_message, (0, 1, 1)
    if event.esm_class & UDH:
        place, payload = tuple(payload[3:6]), payload[6:]
    return InboundPart(
        source=event.source_addr,
        destination=event.destination_addr,
        data_coding=event.data_coding,
        payload=payload,
        reference=place[0],
        total=place[1],
        index=place[2],
    )
