"""An SMSC has to prove who it is before it gets a password."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.channels.sms.certificates import Authority, tls_before
from tests.channels.sms.fakes import MemoryOutbox, Sms, until
from wanhao.channels.sms.contracts import SmscConfig, TlsConfig
from wanhao.channels.sms.peer import SmscPeer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made_in(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made_in(tmp_path_factory.mktemp("tls") / "strange")


@pytest.fixture
def secure(smsc: SmscPeer, config: SmscConfig, authority: Authority) -> Iterator[SmscConfig]:
    """A bind whose SMSC is called smsc.example.cn and speaks TLS."""
    with tls_before(smsc.address.port, authority.signed("smsc.example.cn")) as port:
        tls = TlsConfig(ca_file=authority.file, server_name="smsc.example.cn")
        yield replace(config, port=port, tls=tls)


def test_messages_and_receipts_go_over_tls(smsc: SmscPeer, secure: SmscConfig) -> None:
    outbox = MemoryOutbox(["您好", "再见"])
    with Sms(secure, outbox):
        until(lambda: len(outbox.receipts) == 2)
    assert smsc.get("/stats")["binds"] == 1


@pytest.mark.parametrize(
    "trusted", ["stranger", "nobody", "another name"], ids=lambda trusted: trusted
)
def test_an_smsc_that_cannot_prove_who_it_is_gets_no_password(
    smsc: SmscPeer, secure: SmscConfig, stranger: Authority, authority: Authority, trusted: str
) -> None:
    tls = {
        "stranger": TlsConfig(ca_file=stranger.file, server_name="smsc.example.cn"),
        "nobody": TlsConfig(server_name="smsc.example.cn"),
        "another name": TlsConfig(ca_file=authority.file, server_name="other.example.cn"),
    }[trusted]
    outbox = MemoryOutbox(["您好"])
    with Sms(replace(secure, tls=tls), outbox) as sms:
        until(lambda: "certificate verify failed" in sms.line)
    assert outbox.claims == 0
    assert smsc.get("/stats")["binds"] == smsc.get("/stats")["refused"] == 0


def test_whoever_asks_for_no_proof_gets_none(smsc: SmscPeer, secure: SmscConfig) -> None:
    outbox = MemoryOutbox(["您好"])
    with Sms(replace(secure, tls=TlsConfig(verify=False)), outbox):
        until(lambda: outbox.receipts)


def test_a_bind_that_expects_tls_is_not_made_without_it(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(["您好"])
    plain = replace(config, tls=TlsConfig(verify=False), connect_timeout=0.5)
    with Sms(plain, outbox) as sms:
        until(lambda: "next try" in sms.line)
    assert smsc.get("/stats")["binds"] == 0
