"""`wanhao up` as a newcomer runs it: real processes, a real database, a real SMSC."""

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from httpx import Client, Response

from wanhao.project.ports_in_use import answers, is_free
from wanhao.project.single import running_host

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("host")]
PATIENCE = 90.0
PROCESSES = ("web", "worker", "meter", "sms", "assistant")


class Host:
    """One `wanhao up` and what it printed."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.command, self.environment = command, environment
        self.data = Path(environment["WANHAO_DATA"])
        self.printed = self.data.with_suffix(".printed")
        self.start()

    def start(self, *options: str) -> None:
        with self.printed.open("w") as out:
            self.process = subprocess.Popen(
                [*self.command, "up", *options], env=self.environment, stdout=out, stderr=out
            )

    def says(self, words: str) -> bool:
        return words in self.printed.read_text()

    def wait_until(self, condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert self.process.poll() is None, self.printed.read_text()
            assert time.monotonic() < deadline, self.printed.read_text()
            time.sleep(0.1)

    def wait_until_open(self) -> None:
        self.wait_until(lambda: self.says(f"Open http://127.0.0.1:{self.port}/"))

    @property
    def port(self) -> int:
        return int(self.environment["WANHAO_PORT"])

    def page(self) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status
        finally:
            connection.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*self.command, *arguments]
        return subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False
        )

    def child(self, name: str) -> int:
        """The process id of one of its processes."""
        pids = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        for pid in pids.split():
            # One that ended since is none of them.
            with suppress(OSError):
                if name in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                    return int(pid)
        return 0

    def everything(self) -> dict[int, str]:
        """Every process that was told of this data folder, with its command."""
        ours = f"WANHAO_DATA={self.data}"
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if ours in (folder / "environ").read_text(errors="replace").split("\0"):
                    found[int(folder.name)] = command_of(int(folder.name))
        postmaster = self.data / "pg" / "cluster" / "postmaster.pid"
        if postmaster.exists():
            pid = int(postmaster.read_text().split("\n")[0])
            found[pid] = "postgres"
        return {pid: words for pid, words in found.items() if words}

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(40)


def command_of(pid: int) -> str:
    """What a process runs; empty when it has ended, also while nobody has asked how."""
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        return words.replace("\0", " ").strip()
    return ""


def _six_free_ports() -> int:
    """The first of six neighbours; outgoing connections take their ports further up."""
    begin = 21_000 + os.getpid() % 1_800 * 6
    candidates = range(begin, 32_000, 6)
    return next(
        first
        for first in candidates
        if all(is_free("127.0.0.1", port) for port in range(first, first + 6))
    )


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    folder = Path(tempfile.mkdtemp(prefix="wanhao-host-"))
    folder.chmod(0o755)
    ours = ("WANHAO_", "DATABASE_URL", "PYTEST_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    first = _six_free_ports()
    own = {
        "WANHAO_DATA": str(folder / "data"),
        "WANHAO_PORT": str(first),
        "WANHAO_SMSC_PORT": str(first + 1),
        "WANHAO_DEMO_SMSC_HTTP_PORT": str(first + 2),
        "WANHAO_DEMO_NETWORK_PORT": str(first + 3),
        "WANHAO_ASSISTANT_PORT": str(first + 4),
        "WANHAO_DEMO_PAYMENTS_PORT": str(first + 5),
        "WANHAO_DEMO_LINES": "200",
    }
    command = [sys.executable, "-m", "wanhao.project.command"]
    running = Host(command, kept | own)
    running.wait_until_open()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def test_it_prints_the_address_and_serves_the_page(host: Host) -> None:
    assert host.page() == 200


def test_a_newcomer_finds_every_front_door_open(host: Host) -> None:
    with Client(base_url=f"http://127.0.0.1:{host.port}", timeout=60) as browser:
        hall = browser.get("/hall/", follow_redirects=True)
        assert (hall.status_code, hall.url.path) == (200, "/hall/sign-in/")
        assert 'name="number"' in hall.text
        counter = browser.get("/counter/", follow_redirects=True)
        assert (counter.status_code, counter.url.path) == (200, "/staff/sign-in/")
        assert "demo-clerk" in counter.text
        nobody = browser.get("/terminal/")
        assert (nobody.status_code, 'action="/phones/terminal/"' in nobody.text) == (403, True)
        asked = browser.post("/phones/terminal/", data=token_of(nobody), follow_redirects=True)
        made = browser.post(asked.url, data=token_of(asked), follow_redirects=True)
        assert (made.status_code, made.url.path) == (200, "/terminal/")
        assert 'class="idle' in made.text


def token_of(page: Response) -> dict[str, str]:
    """What a form of a page must bring along."""
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text
    return {"csrfmiddlewaretoken": found[1]}


def test_assistants_are_answered_and_nobody_without_a_token(host: Host) -> None:
    port = int(host.environment["WANHAO_ASSISTANT_PORT"])
    host.wait_until(lambda: answers("127.0.0.1", port))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("POST", "/mcp", "{}", {"Content-Type": "application/json"})
    assert connection.getresponse().status == 401
    connection.close()


def test_a_second_one_is_refused_with_what_to_do(host: Host) -> None:
    second = host.run("up")
    assert second.returncode == 1
    assert f"wanhao already runs here (process {host.process.pid})" in second.stderr
    assert "Ctrl-C" in second.stderr
    assert running_host(host.data) == host.process.pid


def test_a_taken_port_is_told_with_the_variable_to_change(host: Host, tmp_path: Path) -> None:
    host_elsewhere = host.environment | {"WANHAO_DATA": str(tmp_path)}
    other = subprocess.run(
        [*host.command, "up"], env=host_elsewhere, capture_output=True, text=True, check=False
    )
    assert other.returncode == 1
    assert f"Port {host.port} on 127.0.0.1 is taken" in other.stderr
    assert "WANHAO_PORT=" in other.stderr


def test_the_doctor_finds_all_well(host: Host) -> None:
    host.wait_until(lambda: host.run("doctor").stdout.endswith("All is well.\n"))


def test_a_usage_file_is_handed_over_and_counted(host: Host, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    now = int(time.time())
    file.write_text(
        "record_id,source,number,service,zone,start,quantity,sign\n"
        f"1,host-test,16907919999,voice,domestic,{now},61,1\n"
    )
    before = records_in(host)
    done = host.run("usage", "load", "--wait", str(file))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("All were counted.\n")
    assert records_in(host) > before


def records_in(host: Host) -> int:
    told = host.run("usage", "status").stdout
    found = re.search(r"records in +([\d,]+)", told)
    assert found, told
    return int(found[1].replace(",", ""))


def test_a_process_that_is_killed_is_started_again(host: Host) -> None:
    killed = host.child("web")
    os.kill(killed, signal.SIGKILL)
    host.wait_until(lambda: host.child("web") not in {killed, 0})
    host.wait_until(lambda: _serves(host))
    assert host.says("web       ended with -9, starts again")


def _serves(host: Host) -> bool:
    try:
        return host.page() == 200
    except OSError:
        return False


def test_a_database_that_is_killed_comes_back_and_counting_goes_on(host: Host) -> None:
    pid = int((host.data / "pg" / "cluster" / "postmaster.pid").read_text().split("\n")[0])
    os.kill(pid, signal.SIGKILL)
    host.wait_until(lambda: host.run("doctor").returncode == 0)
    before = records_in(host)
    host.wait_until(lambda: records_in(host) > before)
    assert host.child("meter")


def test_its_network_answers_and_holds_what_it_took_when_it_comes_back(host: Host) -> None:
    status = host.run("network", "status")
    assert status.returncode == 0, status.stderr
    assert f"network             http://127.0.0.1:{host.port + 3} answers" in status.stdout
    os.kill(host.child("wanhao.network.peer"), signal.SIGKILL)
    host.wait_until(lambda: host.run("network", "status").returncode == 0)


def test_ctrl_c_stops_everything_and_it_can_be_run_again_at_once(host: Host) -> None:
    names = (*PROCESSES, "traffic", "wanhao.network.peer")
    host.wait_until(lambda: all(host.child(name) for name in names))
    running = host.everything()
    assert len(running) > len(names) + 2, running
    assert host.end(signal.SIGINT) == 0
    assert host.says("Everything was stopped.")
    assert host.everything() == {}
    assert [command for pid, command in running.items() if command_of(pid) == command] == []
    assert running_host(host.data) is None

    host.start()
    host.wait_until_open()
    assert host.page() == 200
    assert host.end(signal.SIGTERM) == 0


def test_without_the_demo_neither_traffic_nor_a_local_smsc_runs(host: Host) -> None:
    if host.process.poll() is None:
        host.end(signal.SIGINT)
    host.start("--no-demo")
    host.wait_until_open()
    host.wait_until(lambda: host.child("meter"))
    assert not host.child("traffic")
    assert not host.child("wanhao.network.peer")
    assert not host.says("smsc")
    alone = host.run("network", "status")
    assert (alone.returncode, "No network is connected" in alone.stderr) == (1, True)
    assert host.end(signal.SIGINT) == 0


def test_ctrl_c_while_it_prepares_stops_it_without_a_complaint(host: Host) -> None:
    if host.process.poll() is None:
        host.end(signal.SIGINT)
    host.start()
    host.wait_until(lambda: host.says("The database is up to date."))
    assert host.end(signal.SIGINT) == 0
    assert host.says("Everything was stopped.")
    assert not host.says("refused")
    assert not host.says("failed")
