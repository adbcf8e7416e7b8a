"""The thread of a worker that keeps the network told, and where the network is."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from tests.network.examples import a_profile, profile_of, some_lines
from tests.network.peers import TOKEN, RunningPeer, barrings_held, running_peer
from wanhao.network.actions import request_profiles
from wanhao.network.contracts import Barring
from wanhao.network.queries import waiting
from wanhao.network.reachable import FILE
from wanhao.network.sending import Sender
from wanhao.project import gateway, network
from wanhao.project.env import Environment
from wanhao.project.gateway import connected_network, gateway_config, local_network_program
from wanhao.project.network import LONGEST_PAUSE, NetworkSender, network_sender
from wanhao.project.patience import work_until
from wanhao.values.errors import WanhaoError

PATIENCE = 60.0
for_real = pytest.mark.django_db(transaction=True)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[RunningPeer]:
    with running_peer(tmp_path) as peer:
        yield peer


def connected(peer: RunningPeer) -> Environment:
    return Environment(network_url=peer.url, network_token=TOKEN)


@pytest.fixture
def working(peer: RunningPeer) -> Iterator[Callable[[], None]]:
    """A sender in a thread, as the worker runs it, once it is started."""
    stop = threading.Event()
    turn = network_sender(stop, now, connected(peer))
    assert turn is not None
    thread = threading.Thread(target=work_until, args=(stop, turn))
    yield thread.start
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def until(condition: Callable[[], bool]) -> None:
    """Wait for it; half a second at a time would be too coarse for what comes at once."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE, deadline.set)
    timer.start()
    try:
        while not condition():
            assert not deadline.wait(0.01), "it did not come about"
    finally:
        timer.cancel()


@for_real
def test_what_is_asked_reaches_the_network_by_itself(
    peer: RunningPeer, working: Callable[[], None]
) -> None:
    (line,) = some_lines(1)
    working()
    request_profiles([a_profile(line, Barring.ALL)], now())
    until(lambda: waiting().profiles == 0)
    request_profiles([a_profile(line)], now())
    until(lambda: waiting().profiles == 0)
    assert barrings_held(peer) == {line: Barring.NONE}
    assert profile_of(line).confirmed_version == 2


@for_real
def test_it_goes_on_when_the_network_comes_back(
    peer: RunningPeer, working: Callable[[], None]
) -> None:
    (line,) = some_lines(1)
    peer.kill()
    request_profiles([a_profile(line, Barring.ALL)], now())
    working()
    until(lambda: profile_of(line).attempts > 1)
    peer.start()
    until(lambda: waiting().profiles == 0)
    assert barrings_held(peer) == {line: Barring.ALL}


@for_real
def test_it_goes_on_when_the_database_comes_back(
    peer: RunningPeer, working: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wanhao.project.patience.RETRY_SECONDS", 0.05)
    (line,) = some_lines(1)
    working()
    request_profiles([a_profile(line, Barring.ALL)], now())
    until(lambda: waiting().profiles == 0)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone()[0] >= 1
    request_profiles([a_profile(line)], now())
    until(lambda: waiting().profiles == 0)


@pytest.mark.django_db
def test_what_nobody_foresaw_does_not_end_it(
    peer: RunningPeer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line)], now())
    turn = network_sender(stop := Stop(), now, connected(peer))
    assert turn is not None
    with monkeypatch.context() as patched:
        patched.setattr(Sender, "send", lambda self: 1 // 0)
        turn()
    assert "ZeroDivisionError" in caplog.text
    assert stop.waits == [0.2]
    turn()
    assert not profile_of(line).waits


class Stop(threading.Event):
    """Notes how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return False


@pytest.mark.django_db
def test_while_the_network_is_away_the_pauses_grow_and_it_is_told_once(
    peer: RunningPeer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line)], now())
    monkeypatch.setattr("wanhao.network.sending.LONGEST_AWAY", now() - now())
    peer.told(fault="fail", times=7)
    turn = network_sender(stop := Stop(), now, connected(peer))
    assert isinstance(turn, NetworkSender)
    for _ in range(8):
        turn()
    assert stop.waits == [0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_PAUSE, LONGEST_PAUSE]
    told = [record.message for record in caplog.records if record.name == network.__name__]
    assert len(told) == 2
    assert "profiles wait: The network answered 503." in told[0]
    assert told[1] == "the network answers again"


def test_without_an_address_nothing_is_sent_but_in_the_demo() -> None:
    assert gateway_config(Environment()) is None
    assert network_sender(threading.Event(), now, Environment()) is None
    demo = gateway_config(Environment(demo=True, demo_network_port=2_791))
    assert demo is not None
    assert demo.url == "http://127.0.0.1:2791"
    assert local_network_program(Environment(demo_network_port=2_791)).told.endswith("2791")


def test_no_process_starts_with_a_list_that_lacks_an_emergency_number(
    wanhao: list[str], clean_environment: dict[str, str], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FILE.read_text().replace('"119"', '"911"'))
    for name in ("worker", "web", "network"):
        refused = subprocess.run(
            [*wanhao, name],
            env=clean_environment | {"WANHAO_NETWORK_REACHABLE_FILE": str(own)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert refused.returncode == 1
        assert "own.toml: A line could not reach 119." in refused.stderr
        assert "Emergency numbers stay reachable" in refused.stderr


def test_an_address_goes_before_the_demos(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n")
    env = Environment(
        demo=True, network_url="https://example.cn/x", network_token_file=tmp_path / "token"
    )
    found = gateway_config(env)
    assert found is not None
    assert (found.url, found.token) == ("https://example.cn/x", "secret")


def test_an_address_without_a_token_is_refused() -> None:
    with pytest.raises(WanhaoError, match="WANHAO_NETWORK_TOKEN is not a token"):
        gateway_config(Environment(network_url="https://example.cn"))


def test_a_command_finds_the_local_network_where_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "answers", lambda host, port: port == 2_792)
    assert connected_network(Environment(demo_network_port=2_792)).url.endswith(":2792")
    with pytest.raises(WanhaoError, match=r"No network is connected\. Set WANHAO_NETWORK_URL"):
        connected_network(Environment(demo_network_port=2_793))
