"""The keys of both sides, made once into a folder. They sign play money only."""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PAIRS = ("wechat-merchant", "wechat-platform", "alipay-app", "alipay-platform")
MERCHANT, APP, SERIAL = "1900000001", "wxdemo0000000001", "5157F09EFDC096DE15EBE81A47057A72"
PLATFORM_KEY_ID = "PUB_KEY_ID_0119000000012026112300000001"
ALIPAY_APP = "2021000000000001"


def make_keys(folder: Path) -> None:
    """Make what is not there yet; a pair is whole or not there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PAIRS:
        if not (folder / f"{name}.public.pem").exists():
            _make_pair(folder, name)
    _write(folder / "wechat-api-key", secrets.token_hex(16), only_new=True)


def api_key(folder: Path) -> str:
    """The APIv3 key: 32 characters."""
    return (folder / "wechat-api-key").read_text()


def private_pem(folder: Path, name: str) -> str:
    """A private key as PEM (PKCS 8)."""
    return (folder / f"{name}.pem").read_text()


def public_pem(folder: Path, name: str) -> str:
    """A public key as PEM."""
    return (folder / f"{name}.public.pem").read_text()


def private_key(folder: Path, name: str) -> RSAPrivateKey:
    """A private key to sign with."""
    key = load_pem_private_key(private_pem(folder, name).encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def public_key(folder: Path, name: str) -> RSAPublicKey:
    """A public key to verify with."""
    key = load_pem_public_key(public_pem(folder, name).encode())
    assert isinstance(key, RSAPublicKey)
    return key


def _make_pair(folder: Path, name: str) -> None:
    key = generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    _write(folder / f"{name}.pem", private.decode())
    _write(folder / f"{name}.public.pem", public.decode())


def _write(path: Path, text: str, only_new: bool = False) -> None:
    if only_new and path.exists():
        return
    made = path.with_suffix(".new")
    made.write_text(text)
    made.chmod(0o600)
    made.rename(path)
