"""The MCP server: lists the tools of whoever brings the token, and asks the menu for them."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, ParamSpec, TypeVar

import anyio
from django.db import Error as DatabaseError
from django.db import close_old_connections
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    Tool,
)

from wanhao.channels.assistant.bearers import CONFIRM, Bearer, bearer_of, put, tool_names
from wanhao.channels.assistant.contracts import AssistantConfig
from wanhao.channels.assistant.tools import CONFIRM_TOOL, OUTPUT, refusal_result, result_of, tool_of
from wanhao.menu.contracts import Door, RefusedError
from wanhao.menu.queries import items_at

P = ParamSpec("P")
R = TypeVar("R")
Clock = Callable[[], datetime]
AT_ONCE = 8
AUTHENTICATION_REQUIRED = -32010
INSTRUCTIONS = (
    "电信客服：为令牌绑定的号码查询和办理业务。凡需确认的业务，必须先把内容和价格告诉本人，"
    "本人明确同意后才能调用confirm。\n"
    "Customer service of a telecom operator, for the one line the token is bound to. Whatever asks"
    " to be confirmed is told to the person with its price first; call confirm only when the person"
    " has agreed."
)
BUSY = RefusedError("系统暂时繁忙，请稍后再试。", "This cannot be answered now. Try again later.")

logger = logging.getLogger(__name__)


class Desk:
    """Answers the protocol's two questions: which tools are there, and a call of one.

    `secret` gives the token of the request in hand; it is looked up for each, so that a token
    revoked a moment ago no longer works. The database is asked in threads, so many at once.
    """

    def __init__(self, secret: Callable[[], str], config: AssistantConfig, clock: Clock) -> None:
        self._secret = secret
        self._config = config
        self._clock = clock
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        tools = [tool_of(item) for item in items_at(Door.ASSISTANT)]
        confirming = CONFIRM_TOOL.model_copy(update={"output_schema": dict(OUTPUT)})
        self.tools: Mapping[str, Tool] = {tool.name: tool for tool in (*tools, confirming)}
        assert len(self.tools) == len(tools) + 1, f"an item is called {CONFIRM}"

    async def bearer(self) -> Bearer | None:
        """Who asks now."""
        return await self.in_thread(bearer_of, self._secret(), self._clock())

    async def list_tools(
        self, context: ServerRequestContext[Any], params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        """The tools that the token's scopes allow."""
        bearer = await self._known()
        allowed = await self.in_thread(tool_names, bearer)
        return ListToolsResult(tools=[tool for name, tool in self.tools.items() if name in allowed])

    async def call_tool(
        self, context: ServerRequestContext[Any], params: CallToolRequestParams
    ) -> CallToolResult:
        """One tool, for the token's line."""
        tool, given = params.name, params.arguments or {}
        if tool not in self.tools:
            raise MCPError(code=INVALID_PARAMS, message=f"There is no tool '{tool}'.")
        bearer = await self._known()
        language = bearer.line.language
        try:
            reply = await self.in_thread(put, bearer, tool, given, self._config, self._clock())
        except RefusedError as refusal:
            return refusal_result(tool, refusal, language)
        except DatabaseError:
            logger.exception("the database did not answer %s", tool)
            return refusal_result(tool, BUSY, language)
        return result_of(reply, language)

    async def in_thread(self, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call what asks the database; once begun it is finished, though the client hung up."""
        asked = partial(_with_connection, partial(call, *args, **kwargs))
        return await anyio.to_thread.run_sync(asked, limiter=self._limiter)

    async def _known(self) -> Bearer:
        bearer = await self.bearer()
        if bearer is None:
            raise MCPError(
                code=AUTHENTICATION_REQUIRED,
                message="The token is unknown, has ended, or its line is not in service.",
            )
        return bearer


def server_of(desk: Desk) -> Server[Any]:
    """The protocol's server, whatever carries it."""
    return Server(
        "wanhao",
        title="万号客服 wanhao customer service",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: (
            desk.tools[name].input_schema if name in desk.tools else None
        ),
        on_list_tools=desk.list_tools,
        on_call_tool=desk.call_tool,
    )


def _with_connection(call: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()
