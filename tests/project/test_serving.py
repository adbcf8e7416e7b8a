"""Pages answered by a few threads that are kept."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connection, connections
from django.template import engines
from django.template.backends.django import DjangoTemplates

from wanhao.project.serving import PageHandler, make_ready

PAGE = "/hall/places/"
OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def handler(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageHandler]:
    """One thread that answers; what it holds is given back afterwards."""
    monkeypatch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", None)
    found = PageHandler(threads=1)
    yield found
    found.threads.submit(connections.close_all).result()
    found.threads.shutdown()


def asked(handler: PageHandler, *paths: str, cookie: str = "") -> list[httpx.Response]:
    """The answers to some requests at once."""

    async def all_of_them() -> list[httpx.Response]:
        transport = httpx.ASGITransport(handler)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await asyncio.gather(
                *(client.get(path, headers={"Cookie": cookie}) for path in paths)
            )

    return asyncio.run(all_of_them())


def others(what: str) -> Sequence[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} {OTHERS}")
        found: Sequence[Any] = cursor.fetchall()
    return found


class TestThreadsThatAreKept:
    def test_many_requests_at_once_share_their_connection(self, handler: PageHandler) -> None:
        before = others("pid")
        answers = asked(handler, *[PAGE] * 6)
        assert [one.status_code for one in answers] == [200] * 6
        assert len(others("pid")) == len(before) + 1

    def test_a_database_that_closed_the_connection_fails_no_page(
        self, handler: PageHandler
    ) -> None:
        asked(handler, PAGE)
        assert others("pg_terminate_backend(pid)")
        assert asked(handler, PAGE)[0].status_code == 200

    def test_the_language_of_one_request_is_not_that_of_the_next(
        self, handler: PageHandler
    ) -> None:
        english = asked(handler, PAGE, cookie="django_language=en")[0].text
        chinese = asked(handler, PAGE)[0].text
        assert 'lang="en"' in english
        assert 'lang="zh-hans"' in chinese

    def test_a_file_goes_whole(self, handler: PageHandler) -> None:
        found = finders.find("wanhao/base.css")
        assert isinstance(found, str)
        (answer,) = asked(handler, "/static/wanhao/base.css")
        assert answer.content == Path(found).read_bytes()

    def test_what_streams_ends_when_its_reader_goes(
        self, handler: PageHandler, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "DEMO", True)
        told: list[bytes] = []
        asyncio.run(asyncio.wait_for(handler(scope("/live/"), *reader(told, leaves_after=2)), 30))
        assert told[0].startswith(b"retry:")
        assert len(told) == 2


def scope(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"accept", b"text/event-stream")],
    }


def reader(
    told: list[bytes], leaves_after: int
) -> tuple[Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]]:
    """Somebody who asks, is told so many pieces, and goes."""
    asks = iter([{"type": "http.request", "body": b"", "more_body": False}])
    enough = asyncio.Event()

    async def receive() -> Any:
        for one in asks:
            return one
        await enough.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message.get("body"):
            told.append(message["body"])
        if len(told) >= leaves_after:
            enough.set()

    return receive, send


def test_the_first_visitor_waits_for_no_template(monkeypatch: pytest.MonkeyPatch) -> None:
    django = cast(DjangoTemplates, engines["django"])
    kept = django.engine.template_loaders[0]
    monkeypatch.setattr(kept, "get_template_cache", {})
    make_ready()
    read = set(kept.get_template_cache)
    assert {"hall/home.html", "hall/sign_in.html", "counter/customer.html"} <= read, sorted(read)
