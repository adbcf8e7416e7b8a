"""The local SMSC keeps its promises to the demo."""

import http.client
import json
from pathlib import Path

import pytest

from tests.channels.sms.fakes import MemoryOutbox, Sms, until
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install, peer_command
from wanhao.channels.sms.peer.launcher import HERE
from wanhao.values.errors import WanhaoError


def test_handsets_keep_their_messages_over_a_restart(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(["一", "二", "三"])
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 3)
    before = smsc.messages()
    smsc.stop()
    smsc.start()
    assert smsc.messages() == before
    assert [message["seq"] for message in smsc.messages(after=1)] == [2, 3]
    (first, *_) = before
    assert smsc.get(f"/messages/{first['to']}")["messages"] == [first]
    assert smsc.get("/messages")["last"] == 3


def test_packages_are_fetched_only_once(packages: Path) -> None:
    before = (packages / "smpp").stat()
    assert install() == packages
    assert (packages / "smpp").stat().st_ino == before.st_ino


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((HERE / "package-lock.json").read_text())
    assert all("resolved" not in package for package in lock["packages"].values())


def test_a_taken_port_is_told_in_words(smsc: SmscPeer) -> None:
    with pytest.raises(WanhaoError, match="did not start"):
        SmscPeer(PeerSettings(port=smsc.address.port, http_port=0)).start()


def test_the_password_is_not_in_the_command_line() -> None:
    assert "geheim" not in " ".join(peer_command(PeerSettings(password="geheim")))


def test_pages_of_other_sites_cannot_read_the_handsets(smsc: SmscPeer) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", smsc.address.http_port, timeout=30)
    connection.request("GET", "/messages", headers={"Host": "evil.example"})
    assert connection.getresponse().status == 403
    connection.close()
