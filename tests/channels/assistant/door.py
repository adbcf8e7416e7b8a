"""The door as an assistant has it: the protocol's own client over a real socket or a real pipe."""

import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import anyio
import httpx2
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from tests.pages.conftest import database_url, free_port
from wanhao.access.contracts import NewToken, Scope, TokenView
from wanhao.access.tokens import issue_token
from wanhao.parties.queries import lines_by_number
from wanhao.project.ports_in_use import answers

T = TypeVar("T")
COMMAND = [sys.executable, "-m", "wanhao.project.command", "assistant"]
START_SECONDS = 60.0
READ, CHANGE = frozenset({Scope.READ}), frozenset({Scope.READ, Scope.CHANGE})
Asked = Callable[[Client], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Door:
    """A running `wanhao assistant`."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/mcp"

    def knock(self, secret: str) -> int:
        """The status of a request that carries the token and asks nothing."""
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        return httpx2.post(self.url, content="{}", headers=headers, timeout=60).status_code

    def ask(self, secret: str, asked: Asked[T], mode: str = "auto") -> T:
        """What comes of asking with a token, over HTTP."""

        async def connected() -> T:
            headers = {"Authorization": f"Bearer {secret}"}
            async with httpx2.AsyncClient(headers=headers, timeout=60) as carrier:
                transport = streamable_http_client(self.url, http_client=carrier)
                async with Client(transport, mode=mode) as client:
                    return await asked(client)

        return anyio.run(connected)

    def call(self, secret: str, tool: str, mode: str = "auto", **given: Any) -> CallToolResult:
        """One tool called."""
        return self.ask(secret, lambda client: client.call_tool(tool, given), mode)

    def tools(self, secret: str, mode: str = "auto") -> dict[str, Tool]:
        """The tools that a token sees."""
        listed = self.ask(secret, lambda client: client.list_tools(), mode)
        return {tool.name: tool for tool in listed.tools}


def environment_of(folder: Path, **own: str) -> dict[str, str]:
    """What a process needs to ask the database of the tests."""
    return os.environ | {"DATABASE_URL": database_url(), "WANHAO_DATA": str(folder)} | own


@contextmanager
def opened_door(folder: Path, **own: str) -> Iterator[Door]:
    """A process of its own that answers assistants, until the end."""
    port = free_port()
    settings = environment_of(folder, WANHAO_ASSISTANT_PORT=str(port), **own)
    process = subprocess.Popen(COMMAND, env=settings)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers("127.0.0.1", port):
            assert process.poll() is None, "the door did not open"
            assert time.monotonic() < deadline, "the door did not open in time"
            time.sleep(0.1)
        yield Door(port)
    finally:
        process.terminate()
        process.wait(60)


def by_pipe(folder: Path, secret: str, asked: Asked[T]) -> T:
    """What comes of starting `wanhao assistant --stdio` with a token, and asking it."""
    own = environment_of(folder, WANHAO_ASSISTANT_TOKEN=secret)
    server = StdioServerParameters(command=COMMAND[0], args=[*COMMAND[1:], "--stdio"], env=own)

    async def connected() -> T:
        async with Client(server) as client:
            return await asked(client)

    return anyio.run(connected)


def token_for(
    number: int, scopes: frozenset[Scope] = CHANGE, days: int = 1
) -> tuple[str, TokenView]:
    """A token of a line, as `wanhao assistant token` issues it."""
    now = datetime.now(UTC)
    asked = NewToken(
        line_id=lines_by_number({number})[number].line_id,
        scopes=scopes,
        ends_at=now + timedelta(days=days),
        issued_by="tests",
        reason="to try the door",
    )
    return issue_token(asked, now)


def text_of(result: CallToolResult) -> str:
    """The words of a result."""
    return "\n".join(part.text for part in result.content if part.type == "text")
