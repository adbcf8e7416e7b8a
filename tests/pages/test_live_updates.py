"""Live updates: from a commit in PostgreSQL to an event at every open page."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing

import httpx
import psycopg
import pytest

from tests.pages.conftest import Served, database_url
from tests.pages.operator import SmallOperator
from wanhao.pages.live.hub import CHANNEL, LiveHub, Watcher
from wanhao.pages.live.views import stream

PATIENCE = 60.0
LISTENER = f"hub of {os.getpid()}"  # other workers of the run listen in the same cluster
Connection = psycopg.AsyncConnection[tuple[object, ...]]


@pytest.fixture
def url(django_db_setup: None) -> str:
    return database_url()


@pytest.fixture
def hub(url: str) -> LiveHub:
    async def connect() -> Connection:
        return await psycopg.AsyncConnection.connect(
            url, autocommit=True, application_name=LISTENER
        )

    return LiveHub(connect)


async def announce(url: str, topic: str, number: int) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        payload = json.dumps({"topic": topic, "number": number})
        await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])


async def told(watcher: Watcher, topic: str) -> dict[str, int]:
    """What the watcher is told up to and with the topic."""
    heard: dict[str, int] = {}
    async with asyncio.timeout(PATIENCE):
        while topic not in heard:
            heard |= await watcher.news(PATIENCE)
    return heard


async def listeners(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        query = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()"
        )
        row = await (await connection.execute(query, [LISTENER])).fetchone()
        assert row is not None
        return int(str(row[0]))


async def test_a_page_that_opens_is_greeted_once_listening_has_begun(hub: LiveHub) -> None:
    async with hub.watch() as first:
        assert await told(first, "hello") == {"hello": 0}
        async with hub.watch() as second:
            assert await told(second, "hello") == {"hello": 0}


async def test_every_open_page_is_told_over_one_connection(hub: LiveHub, url: str) -> None:
    async with hub.watch() as first, hub.watch() as second:
        await told(first, "hello")
        assert await listeners(url) == 1
        await announce(url, "batch", 41)
        assert (await told(first, "batch"))["batch"] == 41
        assert (await told(second, "batch"))["batch"] == 41


async def test_a_slow_page_is_told_only_the_newest_of_each(hub: LiveHub, url: str) -> None:
    async with hub.watch() as watcher:
        await told(watcher, "hello")
        for number in (1, 2, 3):
            await announce(url, "batch", number)
        await announce(url, "message", 7)
        async with asyncio.timeout(PATIENCE):
            while "message" not in watcher.pending:
                await asyncio.sleep(0.01)
        assert await told(watcher, "message") == {"batch": 3, "message": 7}


async def test_after_the_database_cut_the_line_pages_are_told_to_fetch_again(
    hub: LiveHub, url: str
) -> None:
    async with hub.watch() as watcher:
        await told(watcher, "hello")
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as killer:
            await killer.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = %s AND datname = current_database()",
                [LISTENER],
            )
        heard = await told(watcher, "hello")
        assert list(heard) == ["lost", "hello"]
        await announce(url, "batch", 42)
        assert (await told(watcher, "batch"))["batch"] == 42


async def test_a_database_that_is_away_at_first_is_tried_again(url: str) -> None:
    tries = iter([OSError("refused"), psycopg.OperationalError("starting up")])

    async def connect() -> Connection:
        for trouble in tries:
            raise trouble
        return await psycopg.AsyncConnection.connect(url, autocommit=True)

    async with LiveHub(connect).watch() as watcher:
        assert await told(watcher, "hello") == {"hello": 0}


async def test_the_connection_is_given_back_when_nobody_watches(hub: LiveHub, url: str) -> None:
    async with hub.watch() as watcher:
        await told(watcher, "hello")
    async with asyncio.timeout(PATIENCE):
        while await listeners(url) != 0:
            await asyncio.sleep(0.02)
    assert await listeners(url) == 0


async def test_what_is_not_understood_is_left_aside(hub: LiveHub, url: str) -> None:
    async with hub.watch() as watcher:
        await told(watcher, "hello")
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            for payload in ("", "[]", '{"topic": "batch"}', '{"topic": "secret", "number": 1}'):
                await connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload])
        await announce(url, "batch", 5)
        assert await told(watcher, "batch") == {"batch": 5}


async def test_a_quiet_stream_still_beats(hub: LiveHub) -> None:
    async with aclosing(stream(hub, beat=0.05)) as events:
        assert await anext(events) == "retry: 1500\n\n"
        assert await anext(events) == 'event: hello\ndata: {"number": 0}\n\n'
        assert await anext(events) == 'event: beat\ndata: {"number": 0}\n\n'


async def events(web: Served) -> AsyncIterator[str]:
    """The names of the events of a real stream, as they come."""
    async with (
        httpx.AsyncClient(timeout=PATIENCE) as client,
        client.stream("GET", web.url + "/live/") as response,
    ):
        assert response.headers["content-type"] == "text/event-stream"
        assert response.headers["cache-control"].startswith("no-cache")
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                yield line.removeprefix("event: ")


async def test_a_real_server_passes_on_what_was_committed(web: Served, url: str) -> None:
    async with asyncio.timeout(PATIENCE), aclosing(events(web)) as stream_of_events:
        assert await anext(stream_of_events) == "hello"
        await announce(url, "reminder", 3)
        assert await anext(stream_of_events) == "reminder"


def test_a_counted_file_is_an_event_at_the_page(
    web: Served, committing_operator: SmallOperator
) -> None:
    with httpx.stream("GET", web.url + "/live/", timeout=PATIENCE) as response:
        names = named(response.iter_lines())
        assert next(names) == "hello"
        committing_operator.calls([80])
        seen = {next(names), next(names)}
    assert seen == {"batch", "reminder"}


def named(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("event: "):
            yield line.removeprefix("event: ")
