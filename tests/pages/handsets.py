"""A message centre of three lines for the page of phones: it speaks the HTTP of the local SMSC."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

Received = dict[int, list[dict[str, object]]]


def sms(text: str, at: datetime | None = None) -> dict[str, object]:
    """One message as the SMSC's journal tells it."""
    moment = at or datetime.now(UTC)
    return {"at": int(moment.timestamp() * 1000), "from": "10001", "text": text, "parts": 1}


@contextmanager
def message_centre(
    received: Received, written: list[dict[str, str]] | None = None
) -> Iterator[int]:
    """Serve what was received, by number, and keep what is written; yields the port."""
    sent = [] if written is None else written

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            number = int(self.path.rsplit("/", 1)[1])
            own = [
                {"at": sms("")["at"], "from": one["from"], "text": one["text"]}
                for one in sent
                if one["from"] == str(number)
            ]
            found = {"messages": received.get(number, []), "last": 0, "written": own}
            self._reply(json.dumps(found).encode())

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            sent.append(json.loads(self.rfile.read(length)))
            self._reply(b"{}")

        def _reply(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
