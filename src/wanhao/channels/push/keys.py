"""The key by which push services know this operator (VAPID, RFC 8292), made once and kept."""

import base64
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02, VapidException

from wanhao.values.errors import WanhaoError

GOOD_FOR = timedelta(hours=12)
"""How long a proof of who we are is good; services refuse more than a day."""


@dataclass(frozen=True, slots=True)
class ServerKey:
    """Our private key; browsers that subscribed under its public one take nobody else's pushes."""

    vapid: Vapid02

    @property
    def public(self) -> str:
        """As browsers want it: the point of the curve, in base64url."""
        point = self.vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def proof(self, endpoint: str, contact: str, now: datetime) -> str:
        """The Authorization header for a push service."""
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "sub": f"mailto:{contact}",
            "exp": int((now + GOOD_FOR).timestamp()),
        }
        return str(self.vapid.sign(claims)["Authorization"])


def server_key(file: Path) -> ServerKey:
    """The key in a file, which only we may read; made there the first time. Any number of processes
    may ask at once. WanhaoError when the file holds something else."""
    if not file.exists():
        _make(file)
    try:
        return ServerKey(Vapid02.from_pem(file.read_bytes()))
    except (OSError, ValueError, VapidException) as error:
        raise WanhaoError(
            f"{file} is no key for push: {error}.",
            "Restore it from its backup; with another key everybody must switch push on again.",
        ) from None


def _make(file: Path) -> None:
    """Written whole and then given its name, so that nobody reads half a key."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    vapid = Vapid02()
    vapid.generate_keys()
    handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".key-")
    try:
        with os.fdopen(handle, "wb") as written:
            written.write(vapid.private_pem())
            written.flush()
            os.fsync(written.fileno())
        Path(draft).chmod(0o600)
        # A link fails where another process was first, and then its key counts.
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
