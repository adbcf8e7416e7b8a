"""Reads and checks `roles.toml`; a mistake is named by file and entry."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wanhao.staff.contracts import Permission, Reach, Role
from wanhao.values.errors import WanhaoError

ROLES_FILE = Path(__file__).with_name("roles.toml")


def read_roles(path: Path = ROLES_FILE) -> Mapping[str, Role]:
    """The roles of a file by their codes; WanhaoError names the first wrong entry."""
    found: dict[str, Role] = {}
    for place, entry in enumerate(tomllib.loads(path.read_text()).get("role", []), start=1):
        try:
            role = _role(entry)
            if role.code in found:
                raise ValueError("its code is there twice")
        except (ValueError, TypeError, KeyError) as error:
            raise WanhaoError(
                f"{path.name}: role {place} ('{entry.get('code', '')}'): {error}.",
                "Correct this role; staff/contracts.py lists what may be allowed.",
            ) from error
        found[role.code] = role
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def known_roles() -> Mapping[str, Role]:
    """The roles of this installation."""
    return read_roles()


def _role(entry: dict[str, Any]) -> Role:
    may = frozenset(Permission(word) for word in entry["may"])
    return Role(**{**entry, "reach": Reach(entry["reach"]), "may": may})
