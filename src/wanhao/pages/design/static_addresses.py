"""Addresses of static files that change with their contents, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage

VERSION = "v"
"""The part of an address that says which contents are meant."""

DIGITS = 12


class VersionedStorage(StaticFilesStorage):
    """As `/static/wanhao/base.css?v=3f2a...`: other contents have another address."""

    def url(self, name: str | None) -> str:
        address = super().url(name)
        version = version_of(name or "")
        return f"{address}?{VERSION}={version}" if version else address


@cache
def version_of(name: str) -> str:
    """The beginning of the hash of a static file's contents; empty for one that is not there."""
    found = finders.find(name)
    if not isinstance(found, str):
        return ""
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:DIGITS]
