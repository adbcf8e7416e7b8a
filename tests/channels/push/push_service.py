"""A push service and a browser, as far as a sender sees them: takes pushes over HTTP, checks who
they are from, and decrypts them. Written from the RFCs (8030, 8188, 8291, 8292), with other means
than the sender's."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from wanhao.communications.push_contracts import BrowserKeys

CURVE = ec.SECP256R1()


def coded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def raw_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Browser:
    """A browser that subscribed: its keys, and the address it got."""

    def __init__(self, url: str, name: str) -> None:
        self.private = ec.generate_private_key(CURVE)
        self.auth = name.encode().ljust(16, b"-")[:16]
        self.keys = BrowserKeys(
            endpoint=f"{url}/to/{name}", p256dh=coded(self.point), auth=coded(self.auth)
        )

    @property
    def point(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def read(self, body: bytes) -> bytes:
        """What was pushed, decrypted."""
        return decrypted(body, self.private, self.auth)


def decrypted(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """One record of aes128gcm, for a browser (RFC 8291, section 3.4)."""
    salt, length = body[:16], body[20]
    sender, cipher = body[21 : 21 + length], body[21 + length :]
    ours = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
    shared = private.exchange(ec.ECDH(), theirs)
    key = derived(shared, auth, b"WebPush: info\0" + ours + sender, 32)
    content = derived(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = derived(key, salt, b"Content-Encoding: nonce\0", 12)
    padded = AESGCM(content).decrypt(nonce, cipher, None).rstrip(b"\0")
    assert padded[-1] == 2, "not the last record"
    return padded[:-1]


def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def vapid_claims(authorization: str) -> tuple[dict[str, Any], str]:
    """Who a push is from: the claims, once their signature is right, and the public key."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    signed, _, signature = parts["t"].rpartition(".")
    raw = raw_of(signature)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw_of(parts["k"]))
    key.verify(der, signed.encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(raw_of(signed.split(".")[1])), parts["k"]


@dataclass(slots=True)
class PushService:
    """What it took, by the name of the browser; what it answers where that is not 201."""

    url: str = ""
    took: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, int] = field(default_factory=dict)
    hang_ups: set[str] = field(default_factory=set)


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name = self.path.rpartition("/")[2]
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if name in service.hang_ups:
                self.close_connection = True
                return
            status = service.answers.get(name, 201)
            if status == 201:
                service.took.append((name, dict(self.headers), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
