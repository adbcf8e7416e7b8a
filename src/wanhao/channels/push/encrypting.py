"""What is pushed, as only the customer's browser can read it (RFC 8291)."""

import base64
import json
import os

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from wanhao.communications.push_contracts import BrowserKeys, OutgoingPush

LONGEST = 800
"""Characters: services take 4096 bytes of ciphertext, and a Chinese character is three of them."""


def payload(push: OutgoingPush, title: str) -> bytes:
    """The reminder as JSON: title, body, language, and a tag by which the same one shows once."""
    said = {
        "title": title,
        "body": push.text[:LONGEST],
        "lang": "zh-CN" if push.language == "zh" else "en",
        "tag": f"wanhao-{push.message_id}",
    }
    return json.dumps(said, ensure_ascii=False).encode()


def encrypted(plain: bytes, keys: BrowserKeys) -> bytes:
    """For one browser, under a key made for this message; ValueError where its key is none."""
    body: bytes = http_ece.encrypt(
        plain,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(keys.p256dh),
        auth_secret=_bytes(keys.auth),
        version="aes128gcm",
    )
    return body


def _bytes(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
