"""The hall as an app: its manifest, icons and worker, the page without a network, and the door."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import resvg_py
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wanhao.menu.contracts import Door
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.visitors import keep_session, session_of

SOURCE = "hall-source"
"""Where the session remembers how the hall was opened; signing in asks it."""

SIZES = (180, 192, 512)
MASKED = (512,)
PAPER, BLUE = "#f6f7f9", "#0b5fd6"
WORKER_POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'"
SHORTCUTS = ("usage", "bill", "topup")
HOUR = "public, max-age=3600"


def as_app(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Whoever opens the view with ?source=app asks at the door of the app from then on."""

    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.GET.get("source") == "app" and request.session.get(SOURCE) != "app":
            request.session[SOURCE] = "app"
            if (session := session_of(request)) is not None:
                keep_session(request, replace(session, door=Door.APP))
        return view(request, *args, **kwargs)

    return opened


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser must know to install the hall, in the language of the page."""
    response = JsonResponse(_manifest(), content_type="application/manifest+json")
    response["Cache-Control"] = HOUR
    return response


@require_safe
def icon(request: HttpRequest, size: int, masked: str = "") -> HttpResponse:
    """The icon as a picture of so many pixels; masked ones fill the square, for round phones."""
    if size not in (MASKED if masked else SIZES):
        raise Http404
    name = "wanhao/app-icon.svg" if masked or size == 180 else "wanhao/favicon.svg"
    response = HttpResponse(_drawn(name, size), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """What runs in the browser beside the hall's pages; asked for anew at every visit."""
    response = HttpResponse(_file("wanhao/hall-worker.js"), content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    response["Content-Security-Policy"] = WORKER_POLICY
    response["Service-Worker-Allowed"] = reverse("hall-home")
    return response


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """What the app shows without a network where it kept no page; says nothing of anybody."""
    return render_page(request, "hall/offline.html", {"still": True, "bar": "none"})


def _manifest() -> dict[str, Any]:
    home = reverse("hall-home")
    return {
        "id": home,
        "name": _("wanhao online hall"),
        "short_name": _("wanhao"),
        "lang": get_language(),
        "dir": "ltr",
        "start_url": f"{home}?source=app",
        "scope": home,
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": BLUE,
        "icons": [
            *(_icon(size) for size in SIZES[1:]),
            *(_icon(size, masked=True) for size in MASKED),
            {"src": static("wanhao/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
        "shortcuts": _shortcuts(),
    }


def _icon(size: int, *, masked: bool = False) -> dict[str, str]:
    name = "hall-icon-masked" if masked else "hall-icon"
    return {
        "src": reverse(name, args=[size]),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": "maskable" if masked else "any",
    }


def _shortcuts() -> list[dict[str, str]]:
    names = {"usage": _("What is left"), "bill": _("Bills"), "topup": _("Pay now")}
    return [
        {"name": names[code], "url": f"{reverse('hall-item', args=[code])}?source=app"}
        for code in SHORTCUTS
    ]


@cache
def _drawn(name: str, size: int) -> bytes:
    drawn = resvg_py.svg_to_bytes(
        svg_string=_file(name).decode(), width=size, height=size, skip_system_fonts=True
    )
    return bytes(drawn)


@cache
def _file(name: str) -> bytes:
    found = finders.find(name)
    assert isinstance(found, str), name
    return Path(found).read_bytes()
