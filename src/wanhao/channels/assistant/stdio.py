"""The door over standard input and output, for an assistant that starts it itself."""

import anyio
from mcp.server.stdio import stdio_server

from wanhao.channels.assistant.bearers import bearer_of
from wanhao.channels.assistant.contracts import AssistantConfig
from wanhao.channels.assistant.server import Clock, Desk, server_of
from wanhao.values.errors import WanhaoError


def serve_stdio(secret: str, config: AssistantConfig, clock: Clock) -> None:
    """Serve one assistant until it hangs up; WanhaoError where the token may not be used."""
    if bearer_of(secret, clock()) is None:
        raise WanhaoError(
            "The token is unknown, has ended, or its line is not in service.",
            "Set WANHAO_ASSISTANT_TOKEN to one from: wanhao assistant token NUMBER",
        )
    anyio.run(_serve, Desk(lambda: secret, config, clock))


async def _serve(desk: Desk) -> None:
    server = server_of(desk)
    async with stdio_server() as (reading, writing):
        await server.run(reading, writing, server.create_initialization_options())
