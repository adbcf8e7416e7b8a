"""The pages of the console, in the order of the masthead, and which one somebody is on."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A page of the masthead; the demo has one more. What is seldom needed is in a list of its
    own, so that the others have room beside the brand."""

    view: str
    name: str | Promise
    demo_only: bool = False
    seldom: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A place as it is shown: where it leads, and whether somebody is there or below it."""

    url: str
    name: str | Promise
    current: bool
    seldom: bool = False


PLACES: Sequence[Place] = (
    Place(view="operations", name=_("Operations")),
    Place(view="today", name=_("Duty")),
    Place(view="messages", name=_("Messages")),
    Place(view="reminders", name=_("Reminders")),
    Place(view="notices", name=_("Notices"), seldom=True),
    Place(view="quarantine", name=_("Quarantine"), seldom=True),
    Place(view="ledger", name=_("Ledger")),
    Place(view="payments", name=_("Payments")),
    Place(view="disputes", name=_("Disputes"), seldom=True),
    Place(view="catalogue", name=_("Catalogue"), seldom=True),
    Place(view="counter", name=_("Counter")),
    Place(view="queues", name=_("Halls")),
    Place(view="drawers", name=_("Cash"), seldom=True),
    Place(view="care", name=_("Care visits"), seldom=True),
    Place(view="auctions", name=_("Charity auction"), seldom=True),
    Place(view="readings", name=_("Readings"), seldom=True),
    Place(view="phones", name=_("Phones"), demo_only=True),
)


def links(path: str) -> tuple[Link, ...]:
    """Every page the reader may go to, seen from the address `path`."""
    shown = [place for place in PLACES if settings.DEMO or not place.demo_only]
    return tuple(
        Link(url=url, name=place.name, current=_is_there(url, path), seldom=place.seldom)
        for place in shown
        for url in (reverse(place.view),)
    )


def _is_there(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
