"""What may be wrong with this machine or its settings, and what to do about each."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from wanhao.billing.ports import Billing
from wanhao.channels.sms.peer.launcher import HERE, NODE
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.project.env import Environment
from wanhao.project.gateway import gateway_config
from wanhao.project.ports_in_use import answers, refuse_if_taken
from wanhao.project.single import running_host
from wanhao.project.smsc import sms_config
from wanhao.values.errors import WanhaoError

OLDEST_PYTHON = (3, 11)
# Below this the archive and the database's log may fill the disk within a day of traffic.
LEAST_FREE_BYTES = 2 * 1024**3

PORTS = {"https": 443, "http": 80}
HERE_NAMES = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `remedy` is for when it is not well, or might be better."""

    subject: str
    ok: bool
    told: str
    remedy: str = ""
    warns: bool = False


def examine_machine(env: Environment) -> Iterator[Finding]:
    """Look at what needs no database."""
    checks: tuple[Callable[[Environment], Finding], ...] = (
        _python,
        _data_folder,
        _free_space,
        _inbox,
        _pages_port,
        _assistant_port,
        _smsc,
    )
    for check in checks:
        yield check(env)
    if env.billing is Billing.FOREIGN:
        yield _billing(env)
    if env.network_url:
        yield _network(env)
    if env.smsc_host in HERE_NAMES:
        yield _peer_packages(env)


def _python(_env: Environment) -> Finding:
    found = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    return Finding(
        subject="Python",
        ok=sys.version_info >= OLDEST_PYTHON,
        told=found,
        remedy=f"Install Python {wanted} or newer.",
    )


def _data_folder(env: Environment) -> Finding:
    return Finding(
        subject="data folder",
        ok=_is_writable(env.data),
        told=str(env.data),
        remedy="Make it writable for this user, or set WANHAO_DATA to another folder.",
    )


def _free_space(env: Environment) -> Finding:
    free = shutil.disk_usage(_existing(env.data)).free
    return Finding(
        subject="free space",
        ok=free >= LEAST_FREE_BYTES,
        told=f"{free / 1024**3:.1f} GB",
        remedy=f"Free at least {LEAST_FREE_BYTES // 1024**3} GB on the disk of {env.data}.",
    )


def _inbox(env: Environment) -> Finding:
    return Finding(
        subject="inbox",
        ok=_is_writable(env.inbox),
        told=str(env.inbox),
        remedy="Usage files could not be dropped: make the folder writable for this user.",
    )


def _pages_port(env: Environment) -> Finding:
    return _port(env, "pages", "web", (env.host, env.port, "WANHAO_PORT"))


def _assistant_port(env: Environment) -> Finding:
    place = (env.assistant_host, env.assistant_port, "WANHAO_ASSISTANT_PORT")
    return _port(env, "assistants", "assistant", place)


def _port(env: Environment, subject: str, log: str, at: tuple[str, int, str]) -> Finding:
    """Whether a port is served, while everything runs, or could be; `at` ends with its variable."""
    host, port, variable = at
    if running_host(env.data) is not None:
        served = answers(host, port)
        told = f"served at {host}:{port}" if served else f"nothing answers at {host}:{port}"
        remedy = f"Read {env.data / 'log' / f'{log}.log'}."
        return Finding(subject=subject, ok=served, told=told, remedy=remedy)
    try:
        refuse_if_taken(host, port, variable)
    except WanhaoError as error:
        return Finding(subject=subject, ok=False, told=error.message, remedy=error.remedy)
    return Finding(subject=subject, ok=True, told=f"{host}:{port} is free")


def _smsc(env: Environment) -> Finding:
    """Whether each bind's SMSC answers; a file that cannot be read is told by its own words."""
    try:
        binds = sms_config(env).binds
    except WanhaoError as error:
        return Finding(subject="SMSC", ok=False, told=error.message, remedy=error.remedy)
    silent = [
        f"{bind.host}:{bind.port}" for bind in binds if not answers(bind.host, bind.port, 3.0)
    ]
    places = ", ".join(f"{bind.host}:{bind.port}" for bind in binds)
    return Finding(
        subject="SMSC",
        ok=not silent,
        told=f"{', '.join(silent)} does not answer" if silent else f"{places} answers",
        remedy="The local one runs with `wanhao up`; for the operator's, check WANHAO_SMSC_HOST,"
        " WANHAO_SMSC_PORT and the firewall.",
    )


def _billing(env: Environment) -> Finding:
    parts = urlsplit(env.billing_url)
    reached = answers(parts.hostname or "", parts.port or PORTS[parts.scheme], 3.0)
    return Finding(
        subject="billing",
        ok=reached,
        told=f"{env.billing_url} {'answers' if reached else 'does not answer'}",
        remedy="Check WANHAO_BILLING_URL and the firewall; then see: wanhao billing status",
    )


def _network(env: Environment) -> Finding:
    """Whether the gateway lets us in and answers as agreed."""
    try:
        config = gateway_config(env)
        assert config is not None, "an address was given"
        with closing(HttpProvisioning(config)) as network:
            network.held(0, 0)
    except WanhaoError as error:
        return Finding(subject="network", ok=False, told=error.message, remedy=error.remedy)
    return Finding(subject="network", ok=True, told=f"{env.network_url} answers")


def _peer_packages(_env: Environment) -> Finding:
    missing = [str(path) for path in (NODE, HERE / "node_modules" / "smpp") if not path.exists()]
    return Finding(
        subject="local SMSC",
        ok=not missing,
        told=f"missing: {', '.join(missing)}" if missing else "Node and its packages are there",
        remedy="Install them again: make up",
    )


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _is_writable(folder: Path) -> bool:
    place = _existing(folder)
    return place.is_dir() and os.access(place, os.W_OK | os.X_OK)
