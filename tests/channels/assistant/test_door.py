"""AI assistants ask over HTTP with a token, and are told no more than the token allows."""

import json
from datetime import UTC, datetime

import anyio
import httpx
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError
from mcp.types import CallToolResult

from tests.channels.assistant.conftest import PER_HOUR
from tests.channels.assistant.door import CHANGE, READ, Door, text_of, token_for
from tests.parties.examples import a_line, an_account
from wanhao.access.queries import reads_of
from wanhao.access.tokens import revoke_token
from wanhao.billing.line_stops import lift_line_stops, stop_line
from wanhao.billing.stop_contracts import LineStopKind, NewStop
from wanhao.billing.stops import begin_stops
from wanhao.menu.contracts import Door as MenuDoor
from wanhao.menu.queries import items_at
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

ZH, EN = 16907910001, 16907910002
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
PACK = "sms-pack-5"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("assistant")]


@pytest.fixture(autouse=True)
def lines(transactional_db: None) -> None:
    load_catalogue()
    accounts = (
        an_account("A1", (a_line(ZH),)),
        an_account("A2", (a_line(EN, language=Language.EN),)),
    )
    orders = [
        AccountOrder(account=account, offering_codes=("lexiang-4g-59",)) for account in accounts
    ]
    open_accounts(orders, BEFORE)


def packs(number: int) -> frozenset[str]:
    group = lines_by_number({number})[number].group_id
    return codes_held([group], datetime.now(UTC))[group] - {"lexiang-4g-59"}


def purposes(number: int) -> list[str]:
    return [read.purpose for read in reads_of(f"line {number}")]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_question_is_answered_in_words_and_as_data_and_recorded(door: Door, mode: str) -> None:
    secret, issued = token_for(EN, READ)
    result = door.call(secret, "balance", mode)
    assert not result.is_error
    assert result.structured_content["kind"] == "answered"
    assert result.structured_content["item"] == "balance"
    assert isinstance(result.structured_content["data"]["balance_fen"], int)
    assert text_of(result) == result.structured_content["long"]
    assert purposes(EN) == [f"balance by assistant, token {issued.token_id}"]
    assert purposes(ZH) == []


def test_every_item_of_the_door_is_a_tool_with_its_words_and_its_inputs(door: Door) -> None:
    tools = door.tools(token_for(ZH, CHANGE)[0])
    items = {item.code: item for item in items_at(MenuDoor.ASSISTANT)}
    assert set(tools) == {*items, "confirm"}
    for code, item in items.items():
        tool = tools[code]
        assert item.zh in (tool.description or "")
        assert item.en in (tool.description or "")
        assert set(tool.input_schema["properties"]) == set(item.inputs.model_fields)
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is item.reads_only
        assert ("confirm" in (tool.description or "")) is item.confirmed


def test_a_token_that_may_only_read_sees_and_does_no_more(door: Door) -> None:
    secret, _ = token_for(EN, READ)
    tools = door.tools(secret)
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
    assert "balance" in tools
    result = door.call(secret, "pack_open", pack=PACK)
    assert result.is_error
    assert "may read, not change" in text_of(result)
    assert purposes(EN) == []


def test_a_proposal_changes_nothing_and_the_yes_does_it_once(door: Door) -> None:
    secret, _ = token_for(EN)
    asked = door.call(secret, "pack_open", pack=PACK)
    told = asked.structured_content
    assert (told["kind"], told["data"]["fee_fen"]) == ("to_confirm", 500)
    assert "¥5 a month" in text_of(asked)
    assert "only when the person has agreed" in text_of(asked)
    assert told["nonce"] in text_of(asked)
    assert packs(EN) == frozenset()
    first, second = (door.call(secret, "confirm", nonce=told["nonce"]) for _ in range(2))
    assert first.structured_content == second.structured_content
    assert (first.is_error, first.structured_content["kind"]) == (False, "answered")
    assert packs(EN) == {PACK}
    assert len(purposes(EN)) == 3


def test_two_who_say_yes_at_the_same_moment_get_one_answer(door: Door) -> None:
    secret, _ = token_for(EN)
    nonce = door.call(secret, "pack_open", pack=PACK).structured_content["nonce"]

    async def say_yes(client: Client) -> list[CallToolResult]:
        results: list[CallToolResult] = []

        async def once() -> None:
            results.append(await client.call_tool("confirm", {"nonce": nonce}))

        async with anyio.create_task_group() as together:
            for _ in range(4):
                together.start_soon(once)
        return results

    results = door.ask(secret, say_yes)
    assert [result.structured_content for result in results] == [results[0].structured_content] * 4
    assert not results[0].is_error
    assert packs(EN) == {PACK}


def test_in_chinese_the_person_is_asked_too(door: Door) -> None:
    asked = door.call(token_for(ZH)[0], "pack_open", pack=PACK)
    assert "本人明确同意后" in text_of(asked)


@pytest.mark.parametrize("nonce", ["", "0" * 32, "nothing"])
def test_a_yes_to_nothing_is_refused(door: Door, nonce: str) -> None:
    secret, _ = token_for(EN)
    door.call(secret, "pack_open", pack=PACK)
    result = door.call(secret, "confirm", nonce=nonce)
    assert result.is_error
    assert "Nothing waits" in text_of(result)
    assert packs(EN) == frozenset()


def test_nobody_says_yes_for_another_line(door: Door) -> None:
    asked = door.call(token_for(ZH)[0], "pack_open", pack=PACK)
    result = door.call(token_for(EN)[0], "confirm", nonce=asked.structured_content["nonce"])
    assert result.is_error
    assert packs(ZH) == packs(EN) == frozenset()


@pytest.mark.parametrize(
    ("tool", "given", "told"),
    [
        ("pack_open", {"pack": "tea"}, "no pack called 'tea'"),
        ("pack_open", {}, "Please fill in: "),
        ("pack_open", {"pack": PACK, "line": ZH}, "line is not right"),
        ("balance", {"line": ZH}, "line is not right"),
    ],
)
def test_what_is_not_right_is_said_so_that_it_can_be_put_right(
    door: Door, tool: str, given: dict[str, object], told: str
) -> None:
    result = door.call(token_for(EN)[0], tool, **given)
    assert result.is_error
    assert told in text_of(result)


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(door: Door) -> None:
    async def ask(client: Client) -> str:
        try:
            await client.call_tool("tea", {})
        except MCPError as error:
            return error.error.message
        return ""

    assert door.ask(token_for(EN)[0], ask) == "There is no tool 'tea'."


def post(door: Door, secret: str = "", **headers: str) -> httpx.Response:
    """A first message, as a client that knows nothing yet sends it."""
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/list",
        "params": {},
    }
    bearer = {"Authorization": f"Bearer {secret}"} if secret else {}
    accept = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    given = {key.replace("_", "-"): value for key, value in headers.items()}
    return httpx.post(door.url, content=json.dumps(message), headers=accept | bearer | given)


def test_without_a_token_nobody_is_answered(door: Door) -> None:
    for secret in ("", "wanhao_nothing"):
        answer = post(door, secret)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert post(door, token_for(EN)[0]).status_code == 200


def test_a_request_for_another_host_or_from_a_strange_page_is_refused(door: Door) -> None:
    secret, _ = token_for(EN)
    assert post(door, secret, Host="evil.example").status_code == 421
    assert post(door, secret, Origin="https://evil.example").status_code == 403
    assert purposes(EN) == []


def test_a_large_body_is_refused(door: Door) -> None:
    secret, _ = token_for(EN)
    answer = httpx.post(
        door.url, content=b"x" * 100_000, headers={"Authorization": f"Bearer {secret}"}
    )
    assert answer.status_code == 413


def test_a_token_that_was_revoked_no_longer_works(door: Door) -> None:
    secret, issued = token_for(EN)
    assert post(door, secret).status_code == 200
    revoke_token(issued.token_id, "tests", datetime.now(UTC))
    assert post(door, secret).status_code == 401


def test_who_is_stopped_for_what_is_owed_may_ask_on(door: Door) -> None:
    secret, _ = token_for(EN)
    account = lines_by_number({EN})[EN].account_id
    begin_stops([NewStop(account_id=account, cycle=202610, owed_fen=5900)], datetime.now(UTC))
    assert post(door, secret).status_code == 200


def test_a_token_of_a_lost_card_does_not_work_until_it_is_found(door: Door) -> None:
    secret, _ = token_for(EN)
    line, now = lines_by_number({EN})[EN].line_id, datetime.now(UTC)
    stop_line(line, LineStopKind.LOST, now)
    assert post(door, secret).status_code == 401
    lift_line_stops([line], LineStopKind.LOST, now)
    assert post(door, secret).status_code == 200


def test_so_many_questions_an_hour_and_no_more(door: Door) -> None:
    secret, _ = token_for(EN)

    async def ask_often(client: Client) -> list[CallToolResult]:
        results: list[CallToolResult] = []

        async def ask() -> None:
            results.append(await client.call_tool("balance", {}))

        async with anyio.create_task_group() as together:
            for _ in range(int(PER_HOUR) + 2):
                together.start_soon(ask)
        return results

    results = door.ask(secret, ask_often)
    answered = [result for result in results if not result.is_error]
    # The hour may end in between; then there were two of them.
    assert len(answered) in {int(PER_HOUR), int(PER_HOUR) + 2}
    if len(answered) == int(PER_HOUR):
        refused = [result for result in results if result.is_error]
        assert all("Try again in the next" in text_of(result) for result in refused)
    assert len(purposes(EN)) == len(answered)
