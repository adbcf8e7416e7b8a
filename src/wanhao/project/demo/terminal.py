"""The self-service terminal of the demo's first hall; the page of phones makes a browser it."""

from datetime import datetime

from wanhao.outlets.contracts import NewPlace, PlaceKind
from wanhao.outlets.terminals import add_terminal, terminals

NAME = "01"


def furnish_terminal(halls: list[NewPlace], now: datetime) -> None:
    """Put a terminal into the first hall, once."""
    first = next(place for place in halls if place.kind is PlaceKind.HALL)
    if not terminals(first.code):
        add_terminal(first.code, NAME, now)
