"""Answering other machines: an ASGI application over whoever reads the meter here."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from wanhao.usage.ports import OutOfReachError, UsageReader
from wanhao.usage.view.wire import AT_ONCE, GROUPS, PATH, packed

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
LONGEST_DIGITS = 18
"""No group has a number of more digits; longer ones fit no 64 bits."""


class ReadingApp:
    """Says where groups stand, to whoever brings the token; an empty token asks for none."""

    def __init__(self, reader: UsageReader, token: str) -> None:
        self._reader = reader
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        status, body = await self._answer(scope)
        text = json.dumps(body).encode()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _answer(self, scope: Scope) -> tuple[int, Mapping[str, Any]]:
        if not self._is_known(scope):
            return 401, {"message": "The token is not that of this meter."}
        if scope["path"] != PATH or scope["method"] != "GET":
            return 404, {"message": f"Ask {PATH}?{GROUPS}=1,2,3 with GET."}
        groups = _groups(scope)
        if groups is None:
            return 400, {"message": f"{GROUPS} is a list of at most {AT_ONCE} numbers."}
        try:
            found = await asyncio.to_thread(self._reader.uses_of, groups)
        except OutOfReachError as error:
            return 503, {"message": error.message, "remedy": error.remedy}
        return 200, {"uses": [packed(use) for use in found.values()]}

    def _is_known(self, scope: Scope) -> bool:
        given = dict(scope["headers"]).get(b"authorization", b"")
        return not self._token or hmac.compare_digest(given, b"Bearer " + self._token)


def _groups(scope: Scope) -> list[int] | None:
    asked = parse_qs(scope["query_string"].decode("ascii", "replace")).get(GROUPS, [""])[0]
    words = asked.split(",")
    plain = all(w.isascii() and w.isdigit() and len(w) <= LONGEST_DIGITS for w in words)
    return [int(word) for word in words] if plain and len(words) <= AT_ONCE else None
