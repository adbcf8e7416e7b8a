"""The gateway's HTTP: profiles at /profiles, and /control, where it is told to misbehave.

It listens on this machine only. POST /control takes one order: {"fault": "fail", "times": 2} for
the questions to come (fail, refuse-batch, garbage, delay, lose-answer), {"refuse": number},
{"accept": number}, {"change": line, ...}, {"forget": line}, {"clear": true}.
"""

import json
import threading
import time
from collections import deque
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wanhao.network.peer.journal import Journal

TOKEN_VARIABLE = "NETWORK_PEER_TOKEN"  # noqa: S105 - the name of a variable
MOST_TOLD = 500
MOST_READ = 1_000
SAID_NO = "told to refuse"
Json = dict[str, Any]


class PeerServer(ThreadingHTTPServer):
    """The gateway on a port of this machine; 0 for any free one."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, port: int, token: str, journal: Journal) -> None:
        self.token, self.journal = token, journal
        self.faults: deque[Json] = deque()
        self.asked = 0
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def next_fault(self) -> Json:
        """The fault for this question; empty for none."""
        with self._lock:
            self.asked += 1
            return self.faults.popleft() if self.faults else {}

    def obey(self, order: Json) -> Json:
        """Do what a test or a visitor says; the state afterwards."""
        with self._lock, self.journal.lock:
            if "fault" in order:
                self.faults.extend([order] * int(order.get("times", 1)))
            if "refuse" in order:
                self.journal.refused[order["refuse"]] = order.get("reason", SAID_NO)
            if "accept" in order:
                self.journal.refused.pop(order["accept"], None)
            if "change" in order:
                changed = {key: value for key, value in order.items() if key != "change"}
                self.journal.change(order["change"], **changed)
            if "forget" in order:
                self.journal.forget(order["forget"])
            if "clear" in order:
                self.faults.clear()
                self.journal.refused.clear()
            return {
                "profiles": len(self.journal),
                "asked": self.asked,
                "faults": len(self.faults),
                "refused": sorted(self.journal.refused),
            }

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked has gone; that is one of the things being tried."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: PeerServer

    def log_message(self, *args: Any) -> None:
        """Say nothing for each question."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/control":
            self._answer(HTTPStatus.OK, self.server.obey({}))
        elif parts.path != "/profiles":
            self._answer(HTTPStatus.NOT_FOUND, {})
        elif self._let_in():
            self._with_fault({key: int(value[0]) for key, value in parse_qs(parts.query).items()})

    def do_POST(self) -> None:
        try:
            order = json.loads(self._body() or b"{}")
            state = self.server.obey(order)
        except (ValueError, KeyError, TypeError) as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"not understood: {error!r}"})
            return
        self._answer(HTTPStatus.OK, state)

    def do_PUT(self) -> None:
        body = self._body()
        if not self._let_in():
            return
        try:
            profiles = json.loads(body)["profiles"]
        except (ValueError, KeyError, TypeError) as error:
            self._answer(HTTPStatus.BAD_REQUEST, {"error": f"not understood: {error!r}"})
            return
        if len(profiles) > MOST_TOLD:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"{MOST_TOLD} at most"})
        else:
            self._with_fault(profiles)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _let_in(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.server.token}":
            return True
        self._answer(HTTPStatus.UNAUTHORIZED, {"error": "no such token"})
        return False

    def _with_fault(self, asked: Json | list[Json]) -> None:
        fault = self.server.next_fault()
        kind = fault.get("fault", "")
        if kind == "delay":
            time.sleep(float(fault.get("seconds", 1)))
        if kind == "fail":
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "told to fail"})
        elif kind == "refuse-batch":
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": "told to refuse all"})
        elif kind == "garbage":
            self._send(HTTPStatus.OK, b"<html>502 but the proxy says 200</html>")
        elif kind == "lose-answer":
            self._answered(asked)
            self.close_connection = True
        else:
            self._answer(HTTPStatus.OK, self._answered(asked))

    def _answered(self, asked: Json | list[Json]) -> Json:
        journal = self.server.journal
        with journal.lock:
            if isinstance(asked, list):
                return {"answers": journal.take(asked)}
            if "number" in asked:
                return {"profiles": journal.for_number(asked["number"]), "more": False}
            limit = min(asked.get("limit", MOST_READ), MOST_READ)
            profiles, more = journal.page(asked.get("after", 0), asked.get("through"), limit)
            return {"profiles": profiles, "more": more}

    def _answer(self, status: HTTPStatus, answer: Json) -> None:
        self._send(status, json.dumps(answer, ensure_ascii=False).encode())

    def _send(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
