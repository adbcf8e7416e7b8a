"""How a person likes to see the pages: light or dark, ordinary or large type, kept in cookies."""

from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

THEME_COOKIE = "wanhao_theme"
TEXT_COOKIE = "wanhao_text"
KEPT_SECONDS = 365 * 24 * 3600


class Theme(StrEnum):
    """Colours; `auto` follows the device."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Text(StrEnum):
    """Size of type; `large` is for tired or old eyes."""

    NORMAL = "normal"
    LARGE = "large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """What this browser was told to show."""

    theme: Theme
    text: Text


def preferences_of(request: HttpRequest) -> Preferences:
    """The preferences a request carries; what is not understood counts as not chosen."""
    return Preferences(
        theme=_theme(request.COOKIES.get(THEME_COOKIE)) or Theme.AUTO,
        text=_text(request.COOKIES.get(TEXT_COOKIE)) or Text.NORMAL,
    )


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep a choice and go back to the page it was made on; works without JavaScript."""
    response = HttpResponseRedirect(_back(request))
    theme, text = _theme(request.POST.get("theme")), _text(request.POST.get("text"))
    if theme:
        _keep(response, THEME_COOKIE, theme)
    if text:
        _keep(response, TEXT_COOKIE, text)
    return response


def _theme(value: str | None) -> Theme | None:
    return Theme(value) if value in set(Theme) else None


def _text(value: str | None) -> Text | None:
    return Text(value) if value in set(Text) else None


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if safe else "/"


def _keep(response: HttpResponse, cookie: str, value: str) -> None:
    response.set_cookie(cookie, value, max_age=KEPT_SECONDS, samesite="Lax", httponly=True)
