"""`wanhao network`: what waits, what a line may do, what the network holds otherwise."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.network.examples import FIRST_NUMBER, a_profile, several, some_lines
from tests.network.peers import TOKEN, Clock, RunningPeer, a_sender, barrings_held, running_peer
from wanhao.access.queries import reads_of
from wanhao.network.actions import request_profiles
from wanhao.network.contracts import Barring
from wanhao.network.sending import Sender
from wanhao.project.command import network as command
from wanhao.project.command.network import network
from wanhao.project.env import Environment
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningPeer]:
    with running_peer(tmp_path) as peer:
        given = Environment(network_url=peer.url, network_token=TOKEN)
        monkeypatch.setattr(command, "environment", lambda: given)
        yield peer


@pytest.fixture
def sender(peer: RunningPeer) -> Sender:
    return a_sender(peer, Clock(NOW))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(network, arguments, catch_exceptions=False)


def figures(text: str) -> dict[str, str]:
    """What is told, by its name; columns are two blanks or more apart."""
    rows = [line.split("  ", 1) for line in text.splitlines() if "  " in line]
    return {name.strip(): told.strip() for name, told in rows if name}


def test_status_says_what_waits_and_why(peer: RunningPeer, sender: Sender) -> None:
    lines = some_lines(3)
    request_profiles(several(lines, Barring.ALL), NOW)
    peer.told(refuse=FIRST_NUMBER, reason="no such subscriber")
    sender.send()
    told = figures(run("status").output)
    assert told["profiles waiting"].startswith("1, the oldest for ")
    assert told["of them failing"] == "1"
    assert told["failing"] == "169****0001, attempt 1: no such subscriber"
    assert told["network"] == f"{peer.url} answers"


def test_status_says_when_the_network_does_not_answer(peer: RunningPeer) -> None:
    peer.kill()
    with pytest.raises(WanhaoError, match="The network does not answer"):
        run("status")


def test_a_line_is_shown_as_wanted_and_as_held(peer: RunningPeer, sender: Sender) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line, Barring.ALL, roaming=True)], NOW)
    sender.send()
    request_profiles([a_profile(line)], NOW)
    told = run("show", str(FIRST_NUMBER)).output
    assert f"169****0001, line {line}: none, data, no roaming" in told
    assert "wanted            version 2" in told
    assert "waits             sent 0 times" in told
    assert f"network holds     version 1 of line {line}: all, no data, roaming" in told
    assert "is not reached; reaches 10000, 110, 119, 120, 122, 10001 by SMS" in told
    assert str(FIRST_NUMBER) not in told
    reads = [read.purpose for read in reads_of(f"line {line}")]
    assert reads == ["network profile by command"]


def test_a_number_nothing_was_asked_for_is_told(peer: RunningPeer) -> None:
    with pytest.raises(WanhaoError, match=r"Nothing was asked of the network for 169\*\*\*\*0001"):
        run("show", str(FIRST_NUMBER))
    with pytest.raises(WanhaoError, match="not a mobile number"):
        run("send-again", "110")


def test_what_differs_is_told_and_put_right(peer: RunningPeer, sender: Sender) -> None:
    lines = some_lines(3)
    request_profiles(several(lines, Barring.ALL), NOW)
    sender.send()
    peer.told(change=lines[1], barring="none")
    peer.told(forget=lines[2])
    dry = figures(run("reconcile", "--dry-run").stdout)
    assert (dry["held otherwise"], dry["not held"], dry["asked for again"]) == ("1", "1", "0")
    told = run("reconcile").stdout
    assert figures(told)["asked for again"] == "2"
    assert f"line {lines[1]}, 169****0002: held otherwise" in told
    a_sender(peer, Clock(datetime.now(UTC))).send()
    assert figures(run("reconcile").stdout)["asked for again"] == "0"
    assert barrings_held(peer) == dict.fromkeys(lines, Barring.ALL)


def test_a_line_is_sent_again(peer: RunningPeer, sender: Sender) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line)], NOW)
    sender.send()
    peer.told(forget=line)
    assert "169****0001 is sent again" in run("send-again", str(FIRST_NUMBER)).output
    a_sender(peer, Clock(datetime.now(UTC))).send()
    assert barrings_held(peer) == {line: Barring.NONE}
