"""Encryption at rest: every archive file has a key of its own, made from a master key and a salt.

The end of an encrypted file says readably which master key and salt made its key, and under which
name it was written; Parquet's modular encryption authenticates that with the rest. Master keys
change one by one: the first of the keyring encrypts, all of it decrypts.
"""

import errno
import hashlib
import hmac
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe

from wanhao.values.errors import WanhaoError

KEY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]{0,31}):([0-9a-fA-F]{64})")
REMEDY = "Give it as a line `name:64 hexadecimal digits` of WANHAO_ARCHIVE_KEY_FILE."
_LABEL = re.compile(rb"wanhao:1:([A-Za-z0-9._-]{1,32}):([0-9a-f]{32}):([A-Za-z0-9._-]{1,100});")
_LONGEST_LABEL = 1024
_ENCRYPTED, _PLAIN = b"PARE", b"PAR1"
_SALT_OCTETS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """Master keys by name; `current` encrypts what is written now, None leaves it readable."""

    keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    current: str | None = None


@dataclass(slots=True)
class _Provided:
    keyring: Callable[[], Keyring] = Keyring


PROVIDED = _Provided()


def provide_keys(keyring: Callable[[], Keyring]) -> None:
    """Say where the keyring comes from; it is asked for when it is first needed."""
    PROVIDED.keyring = lru_cache(maxsize=1)(keyring)


def keyring() -> Keyring:
    """The keys of this process."""
    return PROVIDED.keyring()


def keyring_of(told: str) -> Keyring:
    """Keys told as `name:hexadecimal digits`, one a line or between commas, the current one first.

    WanhaoError for anything else, which is not repeated in it.
    """
    keys: dict[str, bytes] = {}
    for place, one in enumerate(filter(None, map(str.strip, re.split(r"[,\n]", told))), 1):
        found = KEY.fullmatch(one)
        if found is None:
            raise WanhaoError(f"Key {place} of the archive is not a key.", REMEDY)
        if found[1] in keys:
            raise WanhaoError(f"The archive has two keys named {found[1]}.", REMEDY)
        keys[found[1]] = bytes.fromhex(found[2])
    return Keyring(keys=keys, current=next(iter(keys), None))


def encryption_for(name: str) -> Any:
    """How a file of this name is encrypted when it is written now; None: not at all."""
    ring = keyring()
    if ring.current is None:
        return None
    salt = os.urandom(_SALT_OCTETS)
    return pe.create_encryption_properties(
        _file_key(ring.keys[ring.current], salt),
        aad_prefix=f"wanhao:1:{ring.current}:{salt.hex()}:{name};".encode(),
    )


def open_parquet(path: Path) -> pq.ParquetFile:
    """A file of the archive, decrypted where it has to be.

    WanhaoError without its key and for a file that was written under another name.
    FileNotFoundError where there is none.
    """
    label = _label(path)
    if label is None:
        return _opened(path)
    name, salt, written_as = label
    key = keyring().keys.get(name)
    if key is None:
        raise WanhaoError(f"{path.name} is encrypted with key {name}, which is not here.", REMEDY)
    if written_as != path.name:
        raise WanhaoError(
            f"{path.name} was written as {written_as}; somebody renamed it.",
            "Restore the archive folder from its backup.",
        )
    try:
        return _opened(path, pe.create_decryption_properties(_file_key(key, salt)))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise WanhaoError(
            f"{path.name} cannot be decrypted with the key that is given as {name}.", REMEDY
        ) from error


def _opened(path: Path, decryption: Any = None) -> pq.ParquetFile:
    """Arrow's words of a file that is gone do not say which."""
    try:
        return pq.ParquetFile(path, decryption_properties=decryption)
    except FileNotFoundError as error:
        raise FileNotFoundError(errno.ENOENT, "taken away", str(path)) from error


def _file_key(master: bytes, salt: bytes) -> bytes:
    return hmac.digest(master, b"wanhao archive file" + salt, hashlib.sha256)


def _label(path: Path) -> tuple[str, bytes, str] | None:
    """Key, salt and name that stand before the encrypted footer; None for a readable file."""
    with path.open("rb") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(size - 8, 0))
        length, magic = int.from_bytes(handle.read(4), "little"), handle.read(4)
        if magic == _PLAIN:
            return None
        handle.seek(max(size - 8 - length, 0))
        found = _LABEL.search(handle.read(min(length, _LONGEST_LABEL)))
    if magic != _ENCRYPTED or found is None:
        raise WanhaoError(
            f"{path.name} is not a whole file of this archive.",
            "Restore the archive folder from its backup.",
        )
    return found[1].decode(), bytes.fromhex(found[2].decode()), found[3].decode()
