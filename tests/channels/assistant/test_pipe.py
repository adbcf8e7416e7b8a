"""An assistant on this machine starts the door itself and asks it by a pipe."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from django.db import connection
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult

from tests.channels.assistant.door import COMMAND, by_pipe, environment_of, text_of, token_for
from tests.parties.examples import a_line, an_account
from wanhao.access.queries import reads_of
from wanhao.access.tokens import revoke_token
from wanhao.parties.contracts import Language
from wanhao.products.actions import load_catalogue
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NUMBER = 16907910003
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("assistant")]


@pytest.fixture(autouse=True)
def line(transactional_db: None) -> None:
    load_catalogue()
    account = an_account("A3", (a_line(NUMBER, language=Language.EN),))
    open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], BEFORE)


def test_it_is_asked_and_told_yes_by_a_pipe(tmp_path: Path) -> None:
    secret, issued = token_for(NUMBER)

    async def ask(client: Client) -> tuple[set[str], list[CallToolResult]]:
        listed = await client.list_tools()
        balance = await client.call_tool("balance", {})
        asked = await client.call_tool("pack_open", {"pack": "sms-pack-5"})
        nonce = asked.structured_content["nonce"]
        done = await client.call_tool("confirm", {"nonce": nonce})
        return {tool.name for tool in listed.tools}, [balance, asked, done]

    tools, (balance, asked, done) = by_pipe(tmp_path, secret, ask)
    assert {"balance", "pack_open", "confirm"} <= tools
    assert "Balance" in text_of(balance)
    assert asked.structured_content["data"]["fee_fen"] == 500
    assert done.structured_content["data"]["pack"] == "sms-pack-5"
    used = f"by assistant, token {issued.token_id}"
    assert [read.purpose for read in reads_of(f"line {NUMBER}")] == [
        f"confirm {used}",
        f"pack_open {used}",
        f"balance {used}",
    ]


def test_a_token_revoked_in_between_no_longer_works(tmp_path: Path) -> None:
    secret, issued = token_for(NUMBER)

    async def ask(client: Client) -> str:
        await client.call_tool("balance", {})
        await anyio.to_thread.run_sync(revoke, issued.token_id)
        try:
            await client.call_tool("balance", {})
        except MCPError as error:
            return error.error.message
        return ""

    assert "unknown, has ended" in by_pipe(tmp_path, secret, ask)


def revoke(token_id: int) -> None:
    """In a thread of its own, with a connection of its own."""
    try:
        revoke_token(token_id, "tests", datetime.now(UTC))
    finally:
        connection.close()


@pytest.mark.parametrize("secret", ["", "wanhao_nothing"])
def test_without_a_good_token_it_ends_and_says_what_to_do(tmp_path: Path, secret: str) -> None:
    environment = environment_of(tmp_path, WANHAO_ASSISTANT_TOKEN=secret)
    command = [*COMMAND, "--stdio"]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "WANHAO_ASSISTANT_TOKEN" in ended.stderr
