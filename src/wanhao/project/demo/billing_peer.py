"""A small foreign billing over real HTTP, for trying out and for the tests.

It keeps everything in memory, books a payment once per key, and can be told to misbehave: POST
/mode {"fault": "error", "times": 2}. Faults: slow, error, garbage, half, drop, repeat, lose-answer.
It listens on this machine only, and its token is public.
"""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "demo-billing-token"  # noqa: S105 - public, for a peer on this machine
FAULTS = ("slow", "error", "garbage", "half", "drop", "repeat", "lose-answer")

Json = dict[str, Any]


@dataclass(slots=True)
class PeerBooks:
    """All that the peer knows, under one lock; a cursor is the place in a list."""

    changes: list[Json] = field(default_factory=list)
    bills: dict[int, list[Json]] = field(default_factory=dict)
    payments: dict[str, Json] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    faults: deque[str] = field(default_factory=deque)
    asked: list[str] = field(default_factory=list)
    forgotten: set[str] = field(default_factory=set)
    slow_seconds: float = 1.0
    page: int = 100
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> str:
        """The fault for the next question, empty for none."""
        with self.lock:
            return self.faults.popleft() if self.faults else ""

    def page_of(self, kind: str, entries: list[Json], after: str, limit: int) -> Json:
        """The page behind a cursor."""
        start = int(after or 0)
        stop = min(start + min(limit, self.page), len(entries))
        more = stop < len(entries)
        return {kind: entries[start:stop], "cursor": str(stop), "more": more}

    def book(self, key: str, payment: Json) -> tuple[HTTPStatus, Json]:
        """Book a payment once per key; the balance it makes is told through the feed."""
        with self.lock:
            told = {"reference": payment["reference"]}
            refused = self.refuse.get(payment["account"])
            if refused:
                answer = {"status": "refused", "reason": refused}
                return HTTPStatus.UNPROCESSABLE_ENTITY, told | answer
            if self.payments.setdefault(key, payment) != payment:
                answer = {"status": "refused", "reason": "the key is another payment's"}
                return HTTPStatus.CONFLICT, told | answer
            return HTTPStatus.OK, told | {"status": "accepted"}


class PeerServer(ThreadingHTTPServer):
    """The peer; `books` may be read and written by whoever started it."""

    daemon_threads = True

    def __init__(self, port: int = 0, books: PeerBooks | None = None) -> None:
        self.books = books or PeerBooks()
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone; that is one of the things being tried."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: PeerServer

    def log_message(self, *args: Any) -> None:
        """Say nothing; the questions are kept in the books."""

    def do_GET(self) -> None:
        if not self._let_in():
            return
        fault = self.server.books.next_fault()
        parts = urlsplit(self.path)
        asked = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path == "/changes":
            self._page(fault, "changes", self.server.books.changes, asked)
        elif parts.path == "/bills":
            bills = self.server.books.bills.get(int(asked["cycle"]), [])
            wanted = asked.get("account")
            chosen = [bill for bill in bills if wanted in (None, bill["account"])]
            self._page(fault, "bills", chosen, asked)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if not self._let_in():
            return
        books = self.server.books
        if self.path == "/mode":
            books.faults.extend([body["fault"]] * int(body.get("times", 1)))
            self._answer(HTTPStatus.OK, {"faults": list(books.faults)})
        elif self.path == "/told":
            books.changes.append(body)
            self._answer(HTTPStatus.OK, {"changes": len(books.changes)})
        elif self.path == "/payments":
            self._payment(books.next_fault(), body)
        else:
            self._answer(HTTPStatus.NOT_FOUND, {})

    def _let_in(self) -> bool:
        self.server.books.asked.append(f"{self.command} {self.path}")
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        self._answer(HTTPStatus.UNAUTHORIZED, {})
        return False

    def _page(self, fault: str, kind: str, entries: list[Json], asked: dict[str, str]) -> None:
        books, after = self.server.books, asked.get("after", "")
        if after in books.forgotten:
            self._answer(HTTPStatus.GONE, {})
            return
        page = books.page_of(kind, entries, after, int(asked.get("limit", books.page)))
        if fault == "repeat":  # the same entries again, as if they had just happened
            start = max(0, int(after or 0) - books.page)
            page[kind] = entries[start : int(page["cursor"])]
        if fault == "half" and page[kind]:
            page[kind] = [*page[kind][:-1], page[kind][-1] | {"version": "latest"}]
        self._with_fault(fault, HTTPStatus.OK, page)

    def _payment(self, fault: str, payment: Json) -> None:
        if fault == "error":
            self._with_fault(fault, HTTPStatus.OK, {})
            return
        status, answer = self.server.books.book(self.headers["Idempotency-Key"], payment)
        if fault == "lose-answer":  # booked, but nobody is told
            self.close_connection = True
            return
        self._with_fault(fault, status, answer)

    def _with_fault(self, fault: str, status: HTTPStatus, answer: Json) -> None:
        if fault == "slow":
            time.sleep(self.server.books.slow_seconds)
        if fault == "error":
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {})
        elif fault == "garbage":
            self._send(HTTPStatus.OK, b"<html>502 but the proxy says 200</html>")
        elif fault == "drop":
            self._send(status, json.dumps(answer).encode(), cut=True)
        else:
            self._answer(status, answer)

    def _answer(self, status: HTTPStatus, answer: Json) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.close_connection = True
