"""An account's points and star as pages draw them, for customers and employees; pure but for the
loyalty room's tables."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext

from wanhao.loyalty import queries as loyalty
from wanhao.loyalty.contracts import (
    BatchView,
    EntryKind,
    EntryView,
    PointsView,
    RedeemItem,
    RightView,
    StarView,
)
from wanhao.pages.design.points_words import KINDS
from wanhao.pages.design.speech import money, spoken, thousands
from wanhao.values.cycle import SHANGHAI

SHOWN = 20
BILL_ITEM = "phone-bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRow:
    """Points that end together; `width` is their share of the largest batch, in per cent."""

    batch: BatchView
    width: int
    soon: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRow:
    """A movement as the page shows it."""

    entry: EntryView
    what: str | Promise
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightRow:
    """A right as the page shows it: how much of it is left, in words and in per cent."""

    name: str
    number: str
    left: str
    width: int | None
    used_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """Something points can be turned into: how many the account could have, or what is missing."""

    item: RedeemItem
    name: str
    could: int
    missing: int
    days: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StarRow:
    """A star as the page shows it; `width` is the way to the next one, in per cent."""

    star: int
    name: str
    marks: tuple[bool, ...]
    growth: int
    missing: int | None
    next_name: str
    width: int
    until: date
    rights: tuple[RightRow, ...]


def standing_context(account_id: int, now: datetime, before: str) -> dict[str, Any]:
    """What `wanhao/_points.html` and `wanhao/_points_movements.html` show of an account: its points
    and star at an instant, and its movements before the one with the number `before`, empty for the
    latest."""
    earlier = int(before) if before.isdecimal() else None
    entries = loyalty.history(account_id, SHOWN + 1, earlier)
    has = loyalty.points_of([account_id], now).get(account_id, PointsView(account_id=account_id))
    star = loyalty.stars_of([account_id], now).get(account_id)
    return {
        "has": has,
        "worth": bill_worth(has.points),
        "batches": batch_rows(has, now),
        "items": item_rows(has.points) if has.batches else [],
        "entries": [entry_row(entry) for entry in entries[:SHOWN]],
        "older": entries[SHOWN - 1].entry_id if len(entries) > SHOWN else None,
        "paged": bool(before),
        "star": star_row(star) if star else None,
        "credit_days": loyalty.credit_days(),
    }


def bill_worth(points: int) -> str:
    """What so many points would take off the phone bill."""
    item = loyalty.items()[BILL_ITEM]
    return money(points // item.points * item.bill_fen)


def batch_rows(has: PointsView, now: datetime) -> list[BatchRow]:
    """The batches, the one that ends first in front; those that end this year are soon."""
    largest = max((batch.points for batch in has.batches), default=1)
    this_year = now.astimezone(SHANGHAI).year
    return [
        BatchRow(
            batch=batch,
            width=max(batch.points * 100 // largest, 1),
            soon=batch.expires.year == this_year,
        )
        for batch in has.batches
    ]


def item_rows(points: int) -> list[ItemRow]:
    """What so many points can be turned into."""
    return [
        ItemRow(
            item=item,
            name=spoken(item.name_zh, item.name_en),
            could=points // item.points,
            missing=max(item.points - points, 0),
            days=gettext("from day %(day)s") % {"day": item.first_day}
            if item.first_day > 1
            else "",
        )
        for item in loyalty.items().values()
    ]


def entry_row(entry: EntryView) -> EntryRow:
    """A movement in words: what it was, and what it came from or went to."""
    return EntryRow(entry=entry, what=KINDS[entry.kind], why=_why(entry))


def star_row(view: StarView) -> StarRow:
    """A star in words, with the way to the next."""
    known = loyalty.stars()
    above = known[view.star + 1] if view.missing is not None else None
    span = above.growth - known[view.star].growth if above else 1
    gone = min(max(view.growth - known[view.star].growth, 0), span)
    return StarRow(
        star=view.star,
        name=spoken(view.name_zh, view.name_en),
        marks=tuple(place < view.star for place in range(len(known) - 1)),
        growth=view.growth,
        missing=view.missing,
        next_name=spoken(above.name_zh, above.name_en) if above else "",
        width=gone * 100 // span if above else 100,
        until=(view.ends_at.astimezone(SHANGHAI) - timedelta(microseconds=1)).date(),
        rights=tuple(_right_row(right) for right in view.rights),
    )


def star_name(star: int) -> str:
    """The name of a star."""
    found = loyalty.stars()[star]
    return spoken(found.name_zh, found.name_en)


def right_name(code: str) -> str:
    """The name of a right."""
    found = loyalty.rights()[code]
    return spoken(found.name_zh, found.name_en)


def _right_row(right: RightView) -> RightRow:
    if right.percent:
        left, width = gettext("+%(percent)s %%") % {"percent": right.percent}, None
    elif right.left is None:
        left, width = gettext("as often as wanted"), None
    else:
        figures = {"left": right.left, "times": right.times}
        left, width = (
            gettext("%(left)s of %(times)s left") % figures,
            100 * right.left // right.times,
        )
    return RightRow(
        name=spoken(right.name_zh, right.name_en),
        number=right.number,
        left=left,
        width=width,
        used_up=right.left == 0,
    )


def _why(entry: EntryView) -> str:
    if entry.cycle is not None:
        figures = {
            "month": f"{entry.cycle // 100}-{entry.cycle % 100:02d}",
            "amount": money(entry.counted_fen or 0),
            "percent": entry.reward_percent,
        }
        if not entry.reward_percent:
            return gettext("bill of %(month)s: %(amount)s counts") % figures
        return gettext("bill of %(month)s: %(amount)s counts, reward %(percent)s %%") % figures
    if entry.kind is EntryKind.EXPIRED:
        return gettext("points of %(year)s") % {"year": entry.year}
    item = loyalty.items().get(entry.item)
    told = {
        "item": spoken(item.name_zh, item.name_en) if item else entry.item,
        "quantity": thousands(entry.quantity),
        "reference": entry.reference,
        "year": entry.year,
    }
    return gettext("%(item)s × %(quantity)s, no. %(reference)s, points of %(year)s") % told
