"""Columns over days or hours, as the pages draw them; pure, integers only."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanhao.pages.console.figures import round_up

WIDTH = 600
HEIGHT = 120
GAP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One day or hour: how many went well, and how many did not."""

    name: str
    good: int
    rest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: the good part from the ground up, the rest on top of it."""

    count: Bin
    x: int
    good_y: int
    good_height: int
    rest_y: int
    rest_height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All columns side by side; `top` is the value of the upper edge."""

    columns: tuple[Column, ...]
    top: int
    column_width: int
    width: int = WIDTH
    height: int = HEIGHT


def columns(counts: Sequence[Bin]) -> Columns | None:
    """The counts as columns of one scale; None when there is nothing to draw."""
    highest = max((one.good + one.rest for one in counts), default=0)
    if not highest:
        return None
    top = round_up(highest)
    step = WIDTH // len(counts)
    return Columns(
        columns=tuple(_column(one, place * step, top) for place, one in enumerate(counts)),
        top=top,
        column_width=step - GAP,
    )


def _column(count: Bin, x: int, top: int) -> Column:
    good, rest = _height(count.good, top), _height(count.rest, top)
    return Column(
        count=count,
        x=x,
        good_y=HEIGHT - good,
        good_height=good,
        rest_y=HEIGHT - good - rest,
        rest_height=rest,
    )


def _height(value: int, top: int) -> int:
    """What is there is never too low to be seen."""
    return max(value * HEIGHT // top, 1 if value else 0)
