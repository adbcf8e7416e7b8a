"""Django for a server of pages: each request in one of a few threads that are kept.

Django's own handler gives each request a thread that ends with it, and goes from the loop to the
thread and back for every middleware that can be asked either way. That costs more than most pages.
"""

import asyncio
import select
from collections.abc import AsyncIterator, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import connections
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import get_template
from django.template.utils import get_app_template_dirs
from django.urls import reverse, set_script_prefix
from django.utils.translation import gettext, override

Scope = MutableMapping[str, Any]


class PageHandler(ASGIHandler):
    """Answers requests with so many threads; each keeps its connection to the database."""

    def __init__(self, threads: int) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="pages")
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        """All of it as for a thread, whatever is asked for."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request; what streams goes on until it ends or its reader goes."""
        if scope["type"] != "http":
            raise ValueError(f"Pages are asked for by HTTP, not by {scope['type']}.")
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with closing(body):
            loop, context = asyncio.get_running_loop(), copy_context()
            response = await loop.run_in_executor(
                self.threads, context.run, self._answer, scope, body
            )
            if response.closed:
                await self.send_response(response, send)
            else:
                await self._stream(response, receive, send)

    def _answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        """The answer, whole and closed; only what streams by itself is left open."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        _leave_closed_connections()
        request, refused = self.create_request(scope, body)
        response = cast(HttpResponseBase, self.get_response(request) if request else refused)
        if isinstance(response, StreamingHttpResponse):
            if response.is_async:
                return response
            response.streaming_content = _again(list(cast(Iterator[bytes], response)))
        response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        sending = asyncio.create_task(self.send_response(response, send))
        # After the request nothing comes from its reader but that it has gone.
        gone = asyncio.create_task(receive())
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            sending.cancel()
            ended = await asyncio.gather(sending, gone, return_exceptions=True)
            response.close()
        if isinstance(ended[0], Exception):
            raise ended[0]


async def _again(parts: Iterable[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def make_ready() -> None:
    """Read addresses, languages and templates before anybody asks: else the first visitors of each
    process wait a second for them."""
    for language, _ in settings.LANGUAGES:
        with override(language):
            gettext("")
            reverse("hall-home")
    for folder in get_app_template_dirs("templates"):
        if "wanhao" in Path(folder).parts:
            for found in Path(folder).rglob("*.html"):
                get_template(str(found.relative_to(folder)))


def _leave_closed_connections() -> None:
    """A server that closed a connection has said so: something waits to be read. To look for that
    costs next to nothing beside a question to the database before each request."""
    for connection in connections.all(initialized_only=True):
        held = connection.connection
        if held is not None and (held.closed or _is_told_something(held.fileno())):
            connection.close()


def _is_told_something(socket: int) -> bool:
    waiting = select.poll()
    waiting.register(socket, select.POLLIN)
    return bool(waiting.poll(0))
