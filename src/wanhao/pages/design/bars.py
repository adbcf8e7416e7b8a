"""Months of bills as bars; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanhao.billing.bills.contracts import MonthTotal
from wanhao.billing.bills.figures import month_name
from wanhao.parties.contracts import Language

SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBar:
    """A month of the history; `height` of its bar in hundredths, `top` what is above it."""

    cycle: int
    name: str
    short: str
    fen: int | None
    height: int
    top: int


def month_bars(months: Sequence[MonthTotal], language: Language) -> list[MonthBar]:
    """Bars beside the highest of them; a bill is never too small to be seen, nothing has no bar."""
    highest = max((month.fen or 0 for month in months), default=0) or 1
    return [
        MonthBar(
            cycle=month.cycle,
            name=month_name(month.cycle, language),
            short=month_name(month.cycle, language, short=True),
            fen=month.fen,
            height=height,
            top=100 - height,
        )
        for month in months
        for height in [_height(month.fen, highest)]
    ]


def _height(fen: int | None, highest: int) -> int:
    return max(fen * 100 // highest, SHORTEST) if fen and fen > 0 else 0
