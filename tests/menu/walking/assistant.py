"""Walks up to door M: the protocol's own client, over HTTP, to a server that really listens."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from mcp.types import CallToolResult

from tests.channels.assistant.door import CHANGE, Door, text_of, token_for
from tests.menu.walking.examples import Example
from tests.menu.walking.walkers import SHUT, Seen
from wanhao.channels.assistant.contracts import AssistantConfig
from wanhao.channels.assistant.http import http_app
from wanhao.menu import contracts
from wanhao.project import clock

OFTEN = 1_000


class AtAssistant:
    """Calls tools with a token of the line."""

    door = contracts.Door.ASSISTANT
    reaches = contracts.IdentityLevel.KNOWN

    def __init__(self, port: int) -> None:
        self._door = Door(port)

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        return self._call(number, example.item, **given)

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        return self._call(number, "confirm", nonce=proposal.nonce)

    def _call(self, number: int, tool: str, **given: Any) -> Seen:
        secret, _ = token_for(number, CHANGE)
        if self._door.knock(secret) == httpx.codes.UNAUTHORIZED:
            return Seen(text="", kind=SHUT)
        return _seen(self._door.call(secret, tool, **given))


@contextmanager
def at_assistant() -> Iterator[AtAssistant]:
    """A server in a thread of this process, so that it reads the meter of the walk."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config = AssistantConfig(
        host="127.0.0.1", port=port, names=["127.0.0.1"], origins=[], per_hour=OFTEN
    )
    app = http_app(config, clock.now)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield AtAssistant(port)
    finally:
        server.should_exit = True
        thread.join()


def _seen(result: CallToolResult) -> Seen:
    told = result.structured_content
    return Seen(
        text=text_of(result), kind=told["kind"], data=told["data"], nonce=told.get("nonce", "")
    )
