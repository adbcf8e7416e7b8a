"""Which meter a process reads, and who may ask it from elsewhere."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from wanhao.project.env import REPOSITORY, environment
from wanhao.project.ports_in_use import answers
from wanhao.project.reading import wire_reading
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader
from wanhao.usage.view.remote import RemoteReader

Run = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE = 60.0


def until(condition: Callable[[], object]) -> None:
    """Wait for it, with patience."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch):
    """The environment is read anew, and the reader is put back."""
    usual = ports.usage_reader()
    environment.cache_clear()
    yield monkeypatch
    ports.provide_reader(usual)
    environment.cache_clear()


@pytest.fixture
def serve(wanhao: list[str], clean_environment: dict[str, str]) -> Run:
    def command(**variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*wanhao, "usage", "serve"],
            env=clean_environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )

    return command


def test_the_meter_of_this_machine_is_read_unless_another_is_named(afresh) -> None:
    afresh.delenv("WANHAO_METER_URL", raising=False)
    wire_reading()
    assert isinstance(ports.usage_reader(), LocalReader)
    environment.cache_clear()
    afresh.setenv("WANHAO_METER_URL", "https://meter.example.cn:8011")
    wire_reading()
    assert isinstance(ports.usage_reader(), RemoteReader)


def test_nobody_is_served_where_no_address_is_set(serve: Run) -> None:
    done = serve()
    assert done.returncode == 1
    assert "No address is set" in done.stderr
    assert "WANHAO_METER_SERVE" in done.stderr


def test_other_machines_are_served_with_a_token_only(serve: Run) -> None:
    done = serve(WANHAO_METER_SERVE="0.0.0.0:8011")
    assert done.returncode == 1
    assert "no token is set" in done.stderr


def test_a_place_that_is_taken_is_told(serve: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = serve(WANHAO_METER_SERVE=f"127.0.0.1:{taken.getsockname()[1]}")
    assert done.returncode == 1
    assert "it is taken" in done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("WANHAO_METER_SERVE", "8011", "a host and a port"),
        ("WANHAO_METER_SERVE", "127.0.0.1:70000", "a host and a port"),
        ("WANHAO_METER_URL", "http://meter.example.cn:8011", "https"),
    ],
)
def test_a_wrong_address_is_told_by_its_variable(
    serve: Run, variable: str, value: str, told: str
) -> None:
    done = serve(**{variable: value})
    assert done.returncode == 1
    assert variable in done.stderr
    assert told in done.stderr


def test_another_machine_reads_a_meter_that_counts(
    wanhao: list[str],
    clean_environment: dict[str, str],
    data: Path,
    free_port: Callable[[], int],
) -> None:
    """Two processes as in production: one counts, one answers; we are the other machine."""
    folder, port = data / "usage", free_port()
    folder.mkdir()
    variables = {"WANHAO_METER_SERVE": f"127.0.0.1:{port}", "WANHAO_METER_TOKEN": "secret"}
    python_path = os.pathsep.join(filter(None, sys.path))
    script = REPOSITORY / "tests" / "usage" / "hammering_meter.py"
    with (
        subprocess.Popen(
            [sys.executable, str(script), str(folder)],
            env={**os.environ, "PYTHONPATH": python_path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as meter,
        subprocess.Popen([*wanhao, "usage", "serve"], env=clean_environment | variables) as served,
    ):
        try:
            assert meter.stdout is not None
            assert meter.stdout.readline() == "counts\n"
            until(lambda: answers("127.0.0.1", port))
            reader = RemoteReader(f"http://127.0.0.1:{port}", "secret")
            batches = set()
            while len(batches) < 5:
                found = reader.uses_of(range(1, 20))
                assert sorted(found) == list(range(1, 20))
                for use in found.values():
                    assert {one.used for one in use.home} == {use.batch}
                    batches.add(use.batch)
            with pytest.raises(ports.OutOfReachError, match="token"):
                RemoteReader(f"http://127.0.0.1:{port}", "another").use_of(1)
        finally:
            meter.kill()
            served.terminate()
