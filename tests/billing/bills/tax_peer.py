"""A small issuer of e-invoices on a real socket, which can be told to misbehave."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Issuer:
    """Invoices by request id; `moods` are used up one a request.

    silent: issues, then closes without an answer. away: 503. busy: 429. refuses: 422.
    garbage, wrong-amount, wrong-id, no-number, float-amount: answers that do not fit.
    """

    url: str = ""
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)

    def answer(self, request: dict[str, Any], key: str | None) -> tuple[int, bytes] | None:
        self.requests.append(request)
        mood = self.moods.pop(0) if self.moods else ""
        if key != request["request_id"]:
            return 400, b"no idempotency key"
        if mood in ("away", "busy", "refuses"):
            status = {"away": 503, "busy": 429, "refuses": 422}[mood]
            return status, "抬头有误".encode()
        known = self.invoices.setdefault(request["request_id"], self._issue(request))
        if mood == "silent":
            return None
        changes: dict[str, dict[str, Any]] = {
            "wrong-amount": {"amount_fen": request["amount_fen"] + 1},
            "wrong-id": {"request_id": "bill-0"},
            "no-number": {"number": ""},
            "float-amount": {"amount_fen": request["amount_fen"] + 0.5},
        }
        if mood == "garbage":
            return 200, b"<html>maintenance</html>"
        return 200, json.dumps(known | changes.get(mood, {})).encode()

    def _issue(self, request: dict[str, Any]) -> dict[str, Any]:
        number = f"{len(self.invoices) + 1:08d}"
        return {
            "request_id": request["request_id"],
            "amount_fen": request["amount_fen"],
            "code": "036001900111",
            "number": number,
            "url": f"{self.url}/files/{number}.pdf",
        }


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that listens on a port of its own."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found = issuer.answer(json.loads(body), self.headers.get("Idempotency-Key"))
            if found is None:
                self.close_connection = True
                return
            status, content = found
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """The tests are told enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
