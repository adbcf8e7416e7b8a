"""The file that names the binds: read, checked, and refused in words."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wanhao.channels.sms.contracts import BindKind, SmscConfig, TlsConfig
from wanhao.values.errors import WanhaoError

REMEDY = "docs/how-to/connect-your-smsc.md shows such a file with every word it knows."


class _Tls(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    ca_file: str | None = None
    server_name: str = ""
    verify: bool = True


class _Bind(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(pattern=r"^[A-Za-z0-9_-]{1,32}$")
    host: str = Field(min_length=1)
    port: int = Field(default=2775, ge=1, le=65535)
    system_id: str = Field(min_length=1, max_length=15)
    password: str | None = None
    password_file: str | None = None
    source: str | None = Field(default=None, pattern=r"^[0-9]{1,20}$")
    kind: str = Field(default="transceiver", pattern=f"^({'|'.join(BindKind)})$")
    window: int = Field(default=10, ge=1, le=1000)
    per_second: float = Field(default=50.0, gt=0, strict=False)
    priority: int = Field(default=0, ge=0, le=99)
    tls: bool | _Tls = False


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    bind: list[_Bind] = Field(min_length=1)


def read_binds(path: Path, source: str) -> tuple[SmscConfig, ...]:
    """The binds of a file; those that name no sender take `source`. Raises WanhaoError.

    Files it names are looked for beside it.
    """
    try:
        given = _File.model_validate(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError) as error:
        raise WanhaoError(f"{path} cannot be read: {error}.", REMEDY) from None
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path} is no TOML: {error}.", REMEDY) from None
    except ValidationError as error:
        raise WanhaoError(f"{path}: {_told(error)}.", REMEDY) from None
    names = [bind.name for bind in given.bind]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise WanhaoError(f"{path}: two binds are called {', '.join(twice)}.", REMEDY)
    return tuple(_config(bind, path, source) for bind in given.bind)


def _told(error: ValidationError) -> str:
    """Each problem with its place; what was given is left out, it may be a password."""
    return "; ".join(
        f"{'.'.join(str(step) for step in problem['loc'])}: {problem['msg']}"
        for problem in error.errors()
    )


def _config(bind: _Bind, path: Path, source: str) -> SmscConfig:
    return SmscConfig(
        name=bind.name,
        host=bind.host,
        port=bind.port,
        system_id=bind.system_id,
        password=_password(bind, path),
        source=bind.source or source,
        kind=BindKind(bind.kind),
        window=bind.window,
        per_second=bind.per_second,
        priority=bind.priority,
        tls=_tls(bind, path),
    )


def _password(bind: _Bind, path: Path) -> str:
    if (bind.password is None) == (bind.password_file is None):
        raise WanhaoError(
            f"{path}: {bind.name} needs either a password or a password_file.", REMEDY
        )
    if bind.password is not None:
        return bind.password
    file = path.parent / str(bind.password_file)
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WanhaoError(f"The password of {bind.name} cannot be read: {error}.", REMEDY) from None


def _tls(bind: _Bind, path: Path) -> TlsConfig | None:
    given: Any = bind.tls
    if not given:
        return None
    if given is True:
        return TlsConfig()
    ca_file = path.parent / given.ca_file if given.ca_file else None
    if ca_file and not ca_file.is_file():
        raise WanhaoError(f"{path}: {bind.name} names {ca_file}, and there is none.", REMEDY)
    return TlsConfig(ca_file=ca_file, server_name=given.server_name, verify=given.verify)
