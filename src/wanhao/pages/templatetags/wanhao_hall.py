"""The bar of the hall, and numbers as they are shown in it."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from wanhao.values.msisdn import Msisdn

register = template.Library()
MOST_BARS = 512
"""Bars that are remembered as they were drawn, by the address somebody is at."""


@register.filter
def masked_number(number: int) -> str:
    """A number as it may be shown."""
    return Msisdn(number).masked


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place of the bar."""

    view: str
    name: str | Promise
    icon: str
    url: str = ""
    current: bool = False


BAR = (
    Stop(view="hall-home", name=_("Home"), icon="home"),
    Stop(view="hall-serve", name=_("Get done"), icon="do"),
    Stop(view="hall-ask", name=_("Look up"), icon="search"),
    Stop(view="hall-service", name=_("Support"), icon="service"),
    Stop(view="hall-me", name=_("Me"), icon="person"),
)


@register.simple_tag(takes_context=True)
def hall_bar(context: dict[str, Any]) -> str:
    """The five places, the present one marked: that of `bar` in the context, else by address."""
    at = context.get("bar") or getattr(context.get("request"), "path", "")
    return _bar(at, get_language() or "", get_script_prefix())


@lru_cache(maxsize=MOST_BARS)
def _bar(at: str, _language: str, _prefix: str) -> str:
    stops = [
        Stop(view=one.view, name=one.name, icon=one.icon, url=url, current=at in {url, one.view})
        for one in BAR
        for url in (reverse(one.view),)
    ]
    return render_to_string("hall/_bar.html", {"stops": stops})


@register.simple_tag
def hall_offline() -> str:
    """What the page says without a network; hidden as long as there is one."""
    return _offline(get_language() or "")


@cache
def _offline(_language: str) -> str:
    return render_to_string("hall/_offline.html")
