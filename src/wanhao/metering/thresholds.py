"""When a threshold is crossed. Usage is inclusive, money is strict; every one crossed is named."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I64, Mask, ceil_div
from wanhao.metering.state import ALWAYS, NEVER

FULL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A total and its allowance before and after a step, one row per group and service."""

    before: I64
    after: I64
    allowance_before: I64
    allowance_after: I64


def level(allowance: I64, percent: int) -> I64:
    """The lowest total that reaches `percent` of an allowance; without one, the first unit is
    chargeable and stands for 100 per cent."""
    reached = ceil_div(allowance * percent, FULL)
    if percent == FULL:
        return np.where(allowance > 0, reached, 1)
    return np.where(allowance > 0, reached, NEVER)


def usage_crossed(span: Span, percent: int) -> Mask:
    """Which rows reach `percent` of the allowance in this step: exactly 80 per cent fires."""
    was_below = span.before < level(span.allowance_before, percent)
    crossed: Mask = was_below & (span.after >= level(span.allowance_after, percent))
    return crossed


def usage_lifted(span: Span, percent: int) -> Mask:
    """Which rows fall back below `percent` because their allowance grew: a new episode begins."""
    was_reached = span.before >= level(span.allowance_before, percent)
    lifted: Mask = was_reached & (span.after < level(span.allowance_after, percent))
    return lifted


def money_crossed(before: I64, after: I64, threshold: int) -> Mask:
    """Which accounts fall below `threshold` fen: exactly 15.00 yuan does not fire."""
    crossed: Mask = (before >= threshold) & (after < threshold)
    return crossed


def money_lifted(before: I64, after: I64, threshold: int) -> Mask:
    """Which accounts rise to `threshold` fen or above: a new episode begins."""
    lifted: Mask = (before < threshold) & (after >= threshold)
    return lifted


def alarm(total: I64, span: Span, free: I64, loud: Mask, percents: tuple[int, ...]) -> I64:
    """The lowest total above `total` at which a threshold or the first charge waits; ALWAYS where
    `loud`, and once the total is charged, since from there every unit moves money.

    `span.after` is what of the total counts against `span.allowance_after`.
    """
    nearest = np.where(loud | (total > free), ALWAYS, free + 1)
    outside = total - span.after
    for percent in percents:
        reached = level(span.allowance_after, percent)
        waits = (reached != NEVER) & (reached > span.after)
        nearest = np.minimum(nearest, np.where(waits, reached + outside, NEVER))
    return nearest
