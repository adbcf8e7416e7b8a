"""Renders a page with the preferences of its reader and under a strict content policy."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from wanhao.pages.design.navigation import links
from wanhao.pages.design.preferences import preferences_of

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def admit_pictures(response: HttpResponse, address: str) -> None:
    """Let a page show pictures from the host of an address, too, and nothing else from there."""
    parts = urlsplit(address)
    admitted = f"img-src 'self' {parts.scheme}://{parts.netloc}"
    response["Content-Security-Policy"] = CONTENT_POLICY.replace("img-src 'self'", admitted)


def render_page(
    request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """A whole page or a fragment of one; nothing on it may come from elsewhere or be inline."""
    shared = {
        "preferences": preferences_of(request),
        "demo": settings.DEMO,
        # The hall's pages show none of them, and each address costs something to find.
        "links": SimpleLazyObject(lambda: links(request.path)),
    }
    response = render(request, template, {**shared, **context}, status=status)
    response["Content-Security-Policy"] = CONTENT_POLICY
    response["Cache-Control"] = "no-store"
    return response
