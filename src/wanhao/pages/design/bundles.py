"""Style sheets and scripts that travel as one file, since each costs a slow network a way there and
back; each part stays a file of its own here.

A bundle is joined in memory when a web process first needs it, and written down by `collectstatic`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders

HTMX, LIVE = "django_htmx/htmx-2.min.js", "wanhao/live.js"
BASIS = ("wanhao/tokens.css", "wanhao/base.css", "wanhao/components.css")
ASKING = ("wanhao/forms.css", "wanhao/asking.css")
HALL = ("wanhao/hall.css", "wanhao/hall-pages.css")
MASTHEAD = "wanhao/masthead.css"

BUNDLES: Mapping[str, Sequence[str]] = {
    "wanhao/bundles/hall.css": (*BASIS, MASTHEAD, *ASKING, *HALL),
    "wanhao/bundles/hall.js": (HTMX, LIVE, "wanhao/hall-app.js"),
    "wanhao/bundles/places.js": (
        "leaflet/leaflet.js",
        "wanhao/places.js",
        "wanhao/places-map.js",
    ),
    "wanhao/bundles/console.css": (*BASIS, MASTHEAD),
    "wanhao/bundles/console.js": (HTMX, LIVE),
    "wanhao/bundles/outside.css": (*BASIS, MASTHEAD, "wanhao/forms.css", "wanhao/outside.css"),
    "wanhao/bundles/terminal.css": (*BASIS, *ASKING, *HALL, "wanhao/terminal.css"),
    "wanhao/bundles/terminal.js": ("wanhao/terminal.js", "wanhao/terminal-keys.js"),
}
"""The parts of each bundle in their order; styles may not say url(), which is beside their file."""

KINDS: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript"}


@cache
def bundle_of(name: str) -> bytes | None:
    """The contents of a bundle by its name; None for a file that is none."""
    if name not in BUNDLES:
        return None
    # A script that ends without a semicolon must not become one with the next.
    between = b"\n;\n" if name.endswith(".js") else b"\n"
    return between.join(_part(part) for part in BUNDLES[name])


def kind_of(name: str) -> str:
    """The content type of a bundle."""
    return f'{KINDS[Path(name).suffix]}; charset="utf-8"'


def _part(name: str) -> bytes:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
