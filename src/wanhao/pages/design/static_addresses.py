"""Addresses of static files that change with their contents, so that browsers may keep them."""

import hashlib
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.files.base import ContentFile

from wanhao.pages.design.bundles import BUNDLES, bundle_of

VERSION = "v"
"""The part of an address that says which contents are meant."""

DIGITS = 12


class VersionedStorage(StaticFilesStorage):
    """As `/static/wanhao/base.css?v=3f2a...`: other contents have another address."""

    def url(self, name: str | None) -> str:
        return self._known(name or "")

    @cached_property
    def _known(self) -> Callable[[str], str]:
        """Put together once for each file: the contents stay as long as the process."""
        return cache(self._address)

    def _address(self, name: str) -> str:
        address = super().url(name)
        version = version_of(name)
        return f"{address}?{VERSION}={version}" if version else address

    def post_process(
        self, paths: object, dry_run: bool = False, **options: object
    ) -> Iterator[tuple[str, str, bool]]:
        """`collectstatic` asks for what else there is: the bundles, for a web server in front."""
        for name in () if dry_run else BUNDLES:
            self.delete(name)
            self.save(name, ContentFile(bundle_of(name) or b""))
            yield name, name, True


@cache
def version_of(name: str) -> str:
    """The beginning of the hash of a static file's contents; empty for one that is not there."""
    contents = bundle_of(name) or _file(name)
    return "" if contents is None else hashlib.sha256(contents).hexdigest()[:DIGITS]


def _file(name: str) -> bytes | None:
    found = finders.find(name)
    return Path(found).read_bytes() if isinstance(found, str) else None
