"""When a threshold is crossed. Usage is inclusive, money is strict; every one crossed is named."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I64, Mask, ceil_div, places_within
from wanhao.metering.slots import ALWAYS, NEVER
from wanhao.metering.state import Mark

FULL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A total and its allowance before and after a step, one row per group and service."""

    before: I64
    after: I64
    allowance_before: I64
    allowance_after: I64

    def take(self, rows: I64) -> "Span":
        """The chosen rows."""
        return Span(**{name: getattr(self, name)[rows] for name in Span.__dataclass_fields__})

    def backwards(self) -> "Span":
        """The step the other way round."""
        return Span(
            before=self.after,
            after=self.before,
            allowance_before=self.allowance_after,
            allowance_after=self.allowance_before,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneySpan:
    """What accounts (by place) have left before and after a step, and their credit limits."""

    place: I64
    before: I64
    after: I64
    credit_before: I64
    credit_after: I64

    def take(self, rows: I64 | Mask) -> "MoneySpan":
        """The chosen rows."""
        names = MoneySpan.__dataclass_fields__
        return MoneySpan(**{name: getattr(self, name)[rows] for name in names})


def level(allowance: I64, percent: I64 | int) -> I64:
    """The lowest total that reaches `percent` of an allowance; without one, the first unit is
    chargeable and stands for 100 per cent."""
    whole, part = np.divmod(percent, FULL)
    reached = allowance * whole + ceil_div(allowance * part, FULL)
    without = np.where(np.equal(percent, FULL), 1, NEVER)
    found: I64 = np.where(allowance > 0, reached, without)
    return found


def usage_crossed(span: Span, percents: tuple[int, ...]) -> tuple[I64, I64]:
    """Which rows reach which of these shares of the allowance in this step, all that it passes:
    exactly 80 per cent fires. Rows and per cents, one for each crossing."""
    found, named = [], []
    for percent in percents:
        if not _is_further(percent):
            was_below = span.before < level(span.allowance_before, percent)
            reached = span.after >= level(span.allowance_after, percent)
            hit = np.flatnonzero(was_below & reached)
            found.append(hit)
            named.append(np.full(len(hit), percent))
    further = np.array([p // FULL for p in percents if _is_further(p)], np.int64)
    rows, crossed = _further_crossed(span, further)
    return np.concatenate([*found, rows]), np.concatenate([*named, crossed * FULL])


def usage_lifted(span: Span, percents: tuple[int, ...]) -> tuple[I64, I64]:
    """Which rows fall back below which of these shares because their allowance grew: a new episode
    begins."""
    return usage_crossed(span.backwards(), percents)


def money_crossed(span: MoneySpan, mark: Mark) -> Mask:
    """Which accounts fall below a mark: exactly 15.00 yuan does not fire."""
    was_above = span.before >= _least(mark, span.credit_before)
    crossed: Mask = was_above & (span.after < _least(mark, span.credit_after))
    return crossed


def money_lifted(span: MoneySpan, mark: Mark) -> Mask:
    """Which accounts rise to a mark or above: a new episode begins."""
    was_below = span.before < _least(mark, span.credit_before)
    lifted: Mask = was_below & (span.after >= _least(mark, span.credit_after))
    return lifted


def alarm(total: I64, span: Span, free: I64, loud: Mask, percents: tuple[int, ...]) -> I64:
    """The lowest total above `total` at which a threshold or the first charge waits; ALWAYS where
    `loud`, and once the total is charged, since from there every unit moves money.

    `span.after` is what of the total counts against `span.allowance_after`. Beyond 100 per cent
    all is charged, so no higher share needs an alarm of its own.
    """
    nearest = np.where(loud | (total > free), ALWAYS, free + 1)
    outside = total - span.after
    for percent in percents:
        if percent > FULL:
            continue
        reached = level(span.allowance_after, percent)
        waits = (reached != NEVER) & (reached > span.after)
        nearest = np.minimum(nearest, np.where(waits, reached + outside, NEVER))
    return nearest


def _is_further(percent: int) -> bool:
    """Whether it is a further 100 per cent: such are found by division, however many there are."""
    return percent > FULL and percent % FULL == 0


def _further_crossed(span: Span, watched: I64) -> tuple[I64, I64]:
    """Rows and how many times the allowance: every multiple from 2 on between before and after."""
    if not len(watched):
        return watched, watched
    low = np.maximum(_times(span.before, span.allowance_before), 1)
    high = np.minimum(_times(span.after, span.allowance_after), watched.max())
    rows = np.flatnonzero(high > low)
    count = (high - low)[rows]
    owner = np.repeat(rows, count)
    times = low[owner] + 1 + places_within(count)
    kept = np.isin(times, watched)
    return owner[kept], times[kept]


def _times(used: I64, allowance: I64) -> I64:
    """How many whole allowances were used; none where there is no allowance."""
    times: I64 = np.where(allowance > 0, used // np.maximum(allowance, 1), 0)
    return times


def _least(mark: Mark, credit: I64) -> I64:
    """The least that accounts may have left without being past a mark. `p` per cent of a limit are
    used when (limit - left) * 100 >= p * limit. Marks of the other kind are never passed."""
    if mark.of_credit:
        return np.where(credit > 0, credit * (FULL - mark.threshold) // FULL + 1, ALWAYS)
    return np.where(credit > 0, ALWAYS, mark.threshold)
