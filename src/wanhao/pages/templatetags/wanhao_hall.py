"""The bar of the hall, and numbers as they are shown in it."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wanhao.values.msisdn import Msisdn

register = template.Library()


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


@register.inclusion_tag("hall/_bar.html", takes_context=True)
def hall_bar(context: dict[str, Any]) -> dict[str, Any]:
    """The five places, the present one marked: that of `bar` in the context, else by address."""
    at = context.get("bar") or getattr(context.get("request"), "path", "")
    stops = [
        Stop(view=one.view, name=one.name, icon=one.icon, url=url, current=at in {url, one.view})
        for one in BAR
        for url in (reverse(one.view),)
    ]
    return {"stops": stops}
