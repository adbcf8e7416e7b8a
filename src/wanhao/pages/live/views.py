"""The stream of live updates, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from wanhao.access.contracts import LoginKind
from wanhao.pages.console.access import is_employee, refused
from wanhao.pages.live.hub import LiveHub

BEAT_SECONDS = 5.0
PAUSE_SECONDS = 0.8
RETRY_MILLISECONDS = 1500
FOR_CUSTOMERS = frozenset({"batch", "hello", "lost", "beat"})
"""What a customer's page may hear of: that something was counted, not how much."""


async def connect() -> psycopg.AsyncConnection[tuple[object, ...]]:
    """A connection of its own to the database of the pages; it is not pooled."""
    known = connection.get_connection_params()
    plain = {
        key: value
        for key, value in known.items()
        if isinstance(value, str | int) and key != "prepare_threshold"
    }
    arguments: dict[str, Any] = {"connect_timeout": 5, **plain, "autocommit": True}
    return await psycopg.AsyncConnection.connect(**arguments)


HUB = LiveHub(connect)


@require_GET
def live(request: HttpRequest) -> HttpResponseBase:
    """Tell the page which parts have news, about once a second at most."""
    user = request.user
    watches = settings.DEMO or is_employee(user)
    if not watches and getattr(user, "kind", None) != LoginKind.CUSTOMER:
        return refused(request)
    return events(HUB, None if watches else FOR_CUSTOMERS)


def events(hub: LiveHub, only: frozenset[str] | None) -> StreamingHttpResponse:
    """An open stream, that tells `only` of these topics where they are given."""
    response = StreamingHttpResponse(stream(hub, only=only), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


async def stream(
    hub: LiveHub, beat: float = BEAT_SECONDS, only: frozenset[str] | None = None
) -> AsyncIterator[str]:
    """Events named after their topic, `only` those where that is given; `beat` when there was none,
    so that silence means a break."""
    async with hub.watch() as watcher:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while True:
            news = await watcher.news(beat) or {"beat": 0}
            if only is not None:
                news = {topic: 0 for topic in news if topic in only} or {"beat": 0}
            for topic, number in news.items():
                yield f"event: {topic}\ndata: {json.dumps({'number': number})}\n\n"
            # What comes within the pause is gathered and told together after it.
            await asyncio.sleep(PAUSE_SECONDS)
