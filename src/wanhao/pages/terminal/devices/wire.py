"""How the server and a terminal's program for its devices speak: JSON or a PDF, signed both ways.

POST /card with no body gives {"card": {"name", "number"} or null}; POST /print with a PDF gives
{"printed": true}. Each question carries a number used once and a signature; the answer's signature
covers the number of its question, so that no other machine and no earlier answer passes for it.
"""

import hashlib
import hmac

NONCE, SIGNATURE = "Wanhao-Nonce", "Wanhao-Signature"
CARD, PRINT = "/card", "/print"


def sign_question(key: str, nonce: str, path: str, body: bytes) -> str:
    """The signature of a question."""
    return _sign(key, b"question", nonce, path, body)


def sign_answer(key: str, nonce: str, path: str, body: bytes) -> str:
    """The signature of the answer to the question with this number."""
    return _sign(key, b"answer", nonce, path, body)


def same(one: str, other: str) -> bool:
    """Whether two signatures are the same."""
    return hmac.compare_digest(one.encode(), other.encode())


def _sign(key: str, kind: bytes, nonce: str, path: str, body: bytes) -> str:
    told = b"\n".join((kind, nonce.encode(), path.encode(), body))
    return hmac.new(key.encode(), told, hashlib.sha256).hexdigest()
