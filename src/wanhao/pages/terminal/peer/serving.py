"""The program on a terminal's machine, with made-up cards instead of a reader's chip.

It answers on this machine only. GET / is for whoever plays the customer: lay a card on the reader,
take it away, see what was printed last. A real one answers /card and /print alike.
"""

import html
import json
import threading
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from wanhao.pages.terminal.devices.wire import (
    CARD,
    NONCE,
    PRINT,
    SIGNATURE,
    same,
    sign_answer,
    sign_question,
)

KEY_VARIABLE = "WANHAO_DEVICES_KEY"
MOST_OCTETS = 4 * 1024 * 1024
MOST_KEPT = 20
PAGE = """<!doctype html><html lang="zh"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>读卡器与打印机（演示）</title>
<h1>读卡器与打印机（演示） Card reader and printer (demo)</h1>
<p>读卡区 On the reader: <strong>{lies}</strong></p>
<form method="post" action="/lay">{cards}
<p><button name="card" value="">取走 Take it away</button></p></form>
<p>已打印 Printed: {printed}. <a href="/paper.pdf">最近一张 The last one</a></p></html>"""


class DevicesPeer(ThreadingHTTPServer):
    """Reader and printer on a port of this machine, 0 for any free one; `cards` by their names."""

    daemon_threads = True

    def __init__(self, port: int, key: str, cards: Mapping[str, Mapping[str, str]]) -> None:
        self.key, self.cards = key, dict(cards)
        self.lies = ""
        self.printed: list[bytes] = []
        self.lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def lay(self, name: str) -> None:
        """Lay one of the cards on the reader; empty takes it away."""
        with self.lock:
            self.lies = name if name in self.cards else ""

    def card(self) -> Mapping[str, str] | None:
        """What the reader reads."""
        with self.lock:
            return self.cards.get(self.lies)

    def keep(self, paper: bytes) -> None:
        """Keep what was printed; the latest only."""
        with self.lock:
            self.printed = [*self.printed[-MOST_KEPT + 1 :], paper]


class _Handler(BaseHTTPRequestHandler):
    server: DevicesPeer

    def log_message(self, *args: Any) -> None:
        """Say nothing for each question."""

    def do_GET(self) -> None:
        if self.path == "/paper.pdf" and self.server.printed:
            self._send(HTTPStatus.OK, self.server.printed[-1], "application/pdf")
        elif self.path == "/":
            self._send(HTTPStatus.OK, self._page().encode(), "text/html; charset=utf-8")
        else:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > MOST_OCTETS:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"", "text/plain")
            return
        body = self.rfile.read(length)
        if self.path == "/lay":
            self.server.lay(parse_qs(body.decode()).get("card", [""])[0])
            self.send_response(HTTPStatus.SEE_OTHER)
            self.send_header("Location", "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path in {CARD, PRINT}:
            self._answer(body)
        else:
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _answer(self, body: bytes) -> None:
        nonce, signed = self.headers.get(NONCE, ""), self.headers.get(SIGNATURE, "")
        key = self.server.key
        if not same(signed, sign_question(key, nonce, self.path, body)):
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain")
            return
        if self.path == CARD:
            told: Mapping[str, object] = {"card": self.server.card()}
        else:
            self.server.keep(body)
            told = {"printed": True}
        answer = json.dumps(told, ensure_ascii=False).encode()
        headers = {SIGNATURE: sign_answer(key, nonce, self.path, answer)}
        self._send(HTTPStatus.OK, answer, "application/json", headers)

    def _page(self) -> str:
        cards = "".join(
            f'<p><button name="card" value="{html.escape(name)}">{html.escape(name)}</button></p>'
            for name in self.server.cards
        )
        lies = html.escape(self.server.lies) or "—"
        return PAGE.format(lies=lies, cards=cards, printed=len(self.server.printed))

    def _send(
        self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
