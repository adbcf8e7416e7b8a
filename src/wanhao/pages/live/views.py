"""The stream of live updates, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from wanhao.pages.console.access import is_employee, refused
from wanhao.pages.live.hub import HELLO, LOST, TOPICS, LiveHub

BEAT_SECONDS = 5.0
PAUSE_SECONDS = 0.8
RETRY_MILLISECONDS = 1500


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
async def live(request: HttpRequest) -> HttpResponseBase:
    """Tell the page which parts have news, about once a second at most."""
    if not settings.DEMO and not is_employee(await request.auser()):
        return refused(request)
    return events(HUB)


def events(hub: LiveHub, topics: Collection[str] = TOPICS) -> StreamingHttpResponse:
    """An open stream that tells of these topics."""
    response = StreamingHttpResponse(stream(hub, topics=topics), content_type="text/event-stream")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


async def stream(
    hub: LiveHub, beat: float = BEAT_SECONDS, topics: Collection[str] = TOPICS
) -> AsyncIterator[str]:
    """Events named after their topic; `beat` when there was none, so that silence means a break."""
    told = {*topics, HELLO, LOST}
    async with hub.watch() as watcher:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        while True:
            heard = await watcher.news(beat)
            news = {topic: heard[topic] for topic in heard if topic in told} or {"beat": 0}
            for topic, number in news.items():
                yield f"event: {topic}\ndata: {json.dumps({'number': number})}\n\n"
            # What comes within the pause is gathered and told together after it.
            await asyncio.sleep(PAUSE_SECONDS)
