"""An https address is asked only when its certificate is trusted.

The certificate beside this file is for 127.0.0.1 and for these tests; its key is no secret.
"""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.billing.foreign.peers import QUICK, balance
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import UnreachableError
from wanhao.project.demo.billing_peer import TOKEN, PeerServer

CERTIFICATE = Path(__file__).with_name("nobody-trusts-this.pem")


@pytest.fixture
def secure_peer() -> Iterator[str]:
    server = PeerServer()
    server.books.changes.append(balance(1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.url.replace("http", "https")
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_nobody_trusts_is_refused(secure_peer: str) -> None:
    asking = ForeignBillingClient(secure_peer, TOKEN, QUICK, pause=lambda ms: None)
    with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
        asking.changes("")
    asking.close()


def test_a_certificate_of_ones_own_authority_is_trusted_by_file(
    secure_peer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    asking = ForeignBillingClient(secure_peer, TOKEN, QUICK, pause=lambda ms: None)
    assert len(asking.changes("").changes) == 1
    asking.close()
