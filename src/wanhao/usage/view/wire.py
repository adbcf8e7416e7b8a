"""How rows of the view go over HTTP: one JSON object for each group."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from wanhao.usage.contracts import Service
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse

PATH = "/use"
GROUPS = "groups"
AT_ONCE = 500
"""Groups that may be asked for in one request."""


def packed(use: UseSoFar) -> dict[str, Any]:
    """A row as JSON takes it."""
    return {**asdict(use), "as_of": use.as_of.isoformat()}


def unpacked(body: Mapping[str, Any]) -> UseSoFar:
    """The row again; KeyError, TypeError or ValueError for anything else."""
    home = tuple(ServiceUse(**{**one, "service": Service(one["service"])}) for one in body["home"])
    away = tuple(ZoneUse(**{**one, "service": Service(one["service"])}) for one in body["abroad"])
    as_of = datetime.fromisoformat(body["as_of"])
    return UseSoFar(**{**body, "home": home, "abroad": away, "as_of": as_of})
