"""Asking the network: what is not as agreed is told in words, and never taken for an answer."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.network.peers import TOKEN, RunningPeer, sent
from wanhao.network.gateway.client import GatewayConfig, HttpProvisioning
from wanhao.network.gateway.wire import on_the_wire
from wanhao.network.peer.journal import Journal
from wanhao.network.peer.serving import PeerServer
from wanhao.network.ports import BatchRefusedError, NetworkAwayError
from wanhao.values.errors import WanhaoError

CERTIFICATE = Path("tests/billing/foreign/nobody-trusts-this.pem").resolve()


@contextmanager
def asking(config: GatewayConfig) -> Iterator[HttpProvisioning]:
    network = HttpProvisioning(config)
    yield network
    network.close()


@contextmanager
def saying(body: Any) -> Iterator[GatewayConfig]:
    """A server that answers every question alike."""

    class Parrot(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            pass

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            text = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_PUT = handle_any  # noqa: N815 - named by the protocol

    with ThreadingHTTPServer(("127.0.0.1", 0), Parrot) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield GatewayConfig(url=f"http://127.0.0.1:{server.server_address[1]}", token=TOKEN)
        server.shutdown()
        serving.join()


def test_profiles_go_there_and_come_back_as_they_were(peer: RunningPeer) -> None:
    wanted = [sent(line) for line in range(1, 501)]
    with asking(peer.config) as network:
        answers = network.put(wanted)
        assert all(
            answers[one.line_id].held.lets_as(one)  # type: ignore[union-attr]
            for one in wanted
        )
        assert {one.line_id for one in network.held(0, None).profiles} == set(range(1, 501))


def test_one_connection_carries_many_questions(peer: RunningPeer) -> None:
    with asking(peer.config) as network:
        for version in range(1, 6):
            network.put([sent(1, version)])
        (connection,) = network._http._transport._pool.connections  # type: ignore[attr-defined]
        assert "Request Count: 5" in repr(connection)


def test_a_wrong_token_is_told(peer: RunningPeer) -> None:
    with (
        asking(replace(peer.config, token="another")) as network,
        pytest.raises(NetworkAwayError, match=r"answered 401.*WANHAO_NETWORK_TOKEN"),
    ):
        network.put([sent(1)])


@pytest.mark.parametrize("fault", ["fail", "garbage", "lose-answer"])
def test_a_fault_is_told_as_away(fault: str, peer: RunningPeer) -> None:
    peer.told(fault=fault)
    with asking(peer.config) as network:
        with pytest.raises(NetworkAwayError):
            network.put([sent(1)])
        assert network.put([sent(1)])[1].held is not None


def test_silence_ends_after_the_time_given(peer: RunningPeer) -> None:
    peer.told(fault="delay", seconds=20)
    with (
        asking(replace(peer.config, seconds=1)) as network,
        pytest.raises(NetworkAwayError, match="does not answer"),
    ):
        network.put([sent(1)])


def test_nobody_there_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        config = GatewayConfig(url=f"http://127.0.0.1:{taken.getsockname()[1]}", token=TOKEN)
        with asking(config) as network, pytest.raises(NetworkAwayError, match="does not answer"):
            network.held(0, None)


def test_a_batch_that_is_refused_is_told_as_such(peer: RunningPeer) -> None:
    peer.told(fault="refuse-batch")
    with (
        asking(peer.config) as network,
        pytest.raises(BatchRefusedError, match=r"422.*told to refuse all"),
    ):
        network.put([sent(1)])


def held(line: int, **other: Any) -> dict[str, Any]:
    return on_the_wire(sent(line)) | other


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], "Input should be"),
        ({"answers": [{"line": 1}]}, r"answers.0.held: Field required"),
        ({"answers": [{"line": 2, "held": None}]}, "line 2, which was not sent"),
        ({"answers": [{"line": 1, "held": held(1, version="1")}]}, "held.version"),
        ({"answers": [{"line": 1, "held": held(1, barring="some")}]}, "held.barring"),
        ({"answers": [{"line": 1, "held": held(1, number=110)}]}, "held.number"),
        ({"answers": [{"line": 1, "held": held(1, data=1)}]}, "held.data"),
        ({"answers": [{"line": 1, "held": held(1, roaming=1)}]}, "held.roaming"),
    ],
)
def test_an_answer_that_is_not_as_agreed_is_no_answer(said: Any, told: str) -> None:
    with (
        saying(said) as config,
        asking(config) as network,
        pytest.raises(NetworkAwayError, match=f"not what was agreed: .*{told}"),
    ):
        network.put([sent(1)])


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"profiles": [held(2), held(1)]}, "order"),
        ({"profiles": [held(1), held(1)]}, "order"),
        ({"profiles": [], "more": True}, "has nothing"),
        ({"profiles": [held(9)]}, "not asked for"),
    ],
)
def test_a_page_that_leads_nowhere_is_refused(said: Any, told: str) -> None:
    with (
        saying(said) as config,
        asking(config) as network,
        pytest.raises(NetworkAwayError, match=told),
    ):
        network.held(0, 5)


@pytest.fixture
def secure_peer(tmp_path: Path) -> Iterator[str]:
    server = PeerServer(0, TOKEN, Journal(tmp_path / "journal.jsonl"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    context.load_verify_locations(CERTIFICATE)
    context.verify_mode = ssl.CERT_REQUIRED
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_nobody_trusts_is_refused(secure_peer: str) -> None:
    config = GatewayConfig(url=secure_peer, token=TOKEN)
    with asking(config) as network, pytest.raises(NetworkAwayError, match="VERIFY_FAILED"):
        network.put([sent(1)])


def test_both_sides_may_show_a_certificate(secure_peer: str) -> None:
    config = GatewayConfig(
        url=secure_peer, token=TOKEN, ca_file=CERTIFICATE, certificate_file=CERTIFICATE
    )
    with asking(config) as network:
        assert network.put([sent(1)])[1].held is not None
    with asking(replace(config, certificate_file=None)) as network, pytest.raises(NetworkAwayError):
        network.put([sent(1)])


def test_a_file_that_is_no_certificate_is_told(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing")
    with pytest.raises(WanhaoError, match="WANHAO_NETWORK_CA_FILE"):
        HttpProvisioning(
            GatewayConfig(url="https://127.0.0.1:1", token=TOKEN, ca_file=tmp_path / "no.pem")
        )
