"""How a visitor likes to read: the language and the size of type kept with the line, unless this
browser was told otherwise."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation

from wanhao.pages.design.preferences import TEXT_COOKIE, Preferences, Text, preferences_of
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.visitors import Visitor, for_customers, visitor_of
from wanhao.parties.contracts import Language
from wanhao.parties.preferences import in_large_type

P = ParamSpec("P")
CODES = {Language.ZH: "zh-hans", Language.EN: "en"}


def hall_page(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """As `for_customers`, in the language of the visitor's line."""

    @wraps(view)
    def greeted(
        request: HttpRequest, visitor: Visitor, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
            return view(request, visitor, *args, **kwargs)
        language = visitor.line.language
        with translation.override(CODES[language]):
            return view(request, replace(visitor, language=language), *args, **kwargs)

    return for_customers(greeted)


def render_hall(
    request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the hall, whole or a part, as its visitor likes to read it."""
    visitor = visitor_of(request)
    shared = {"preferences": _preferences(request, visitor), "visitor": visitor}
    return render_page(request, template, {**shared, **context}, status)


def _preferences(request: HttpRequest, visitor: Visitor | None) -> Preferences:
    chosen = preferences_of(request)
    if visitor is None or TEXT_COOKIE in request.COOKIES:
        return chosen
    large = visitor.large_type
    if request.method == "POST":
        # What was asked for may have been just this.
        large = visitor.line.line_id in in_large_type([visitor.line.line_id])
    return replace(chosen, text=Text.LARGE) if large else chosen
