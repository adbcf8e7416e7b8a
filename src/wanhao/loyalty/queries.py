"""Reads of points, stars and rights; each asks the database once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from wanhao.loyalty.contracts import (
    BatchView,
    EntryKind,
    EntryView,
    Errand,
    ExpiringPoints,
    PointsView,
    RedeemItem,
    RightUseView,
    RightView,
    Star,
    StarChangeView,
    StarReason,
    StarRight,
    StarView,
)
from wanhao.loyalty.earning import PointsRules, last_day, oldest_good_year, points_rules
from wanhao.loyalty.growing import missing_growth, star_rules
from wanhao.loyalty.models import (
    AccountStar,
    HeldRight,
    PointsBatch,
    PointsEntry,
    RightUse,
    StarChange,
)
from wanhao.loyalty.turns import is_finished, one_of
from wanhao.prepared.questions import ask
from wanhao.values.cycle import SHANGHAI

LATEST = 50
POINTS_AND_STAR = """
SELECT batch.year, batch.points, star.star, star.growth, star.since, star.ends_at
FROM (SELECT %s::bigint AS account_id) AS asked
LEFT JOIN wanhao_loyalty_accountstar AS star
    ON star.account_id = asked.account_id AND star.ends_at > %s
LEFT JOIN wanhao_loyalty_pointsbatch AS batch
    ON batch.account_id = asked.account_id AND batch.year >= %s AND batch.points > 0
ORDER BY batch.year
"""


def points_of(account_ids: Collection[int], now: datetime) -> dict[int, PointsView]:
    """What each account can redeem and what of it expires when; none for who has none."""
    rules = points_rules()
    rows = PointsBatch.objects.filter(
        account_id__in=set(account_ids), year__gte=oldest_good_year(now, rules), points__gt=0
    )
    batches: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for row in rows.order_by("account_id", "year"):
        batches[row.account_id].append((row.year, row.points))
    return {account_id: _points(account_id, found, rules) for account_id, found in batches.items()}


def points_and_star(account_id: int, now: datetime) -> tuple[PointsView | None, StarView | None]:
    """As `points_of` and `stars_of` without rights, of one account, asked at once."""
    rules = points_rules()
    rows = ask(POINTS_AND_STAR, account_id, now, oldest_good_year(now, rules))
    batches = [(year, points) for year, points, *_ in rows if year is not None]
    star, growth, since, ends_at = rows[0][2:]
    return (
        _points(account_id, batches, rules) if batches else None,
        None if star is None else _star(account_id, star, growth, since, ends_at),
    )


def expiring_points(
    now: datetime, within_days: int, *, after: int = 0, limit: int = 5_000
) -> tuple[ExpiringPoints, ...]:
    """Points whose last day lies within so many days, beyond batch `after`, in the order of ids."""
    rules = points_rules()
    year = oldest_good_year(now, rules)
    expires = last_day(year, rules)
    if expires > now.astimezone(SHANGHAI).date() + timedelta(days=within_days):
        return ()
    rows = PointsBatch.objects.filter(year=year, points__gt=0, id__gt=after).order_by("id")
    return tuple(
        ExpiringPoints(
            batch_id=batch, account_id=account_id, year=year, points=points, expires=expires
        )
        for batch, account_id, points in rows.values_list("id", "account_id", "points")[:limit]
    )


def history(
    account_id: int, limit: int = LATEST, before: int | None = None
) -> tuple[EntryView, ...]:
    """An account's movements, the latest first; `before` an entry, to page on."""
    rows = PointsEntry.objects.filter(account_id=account_id)
    if before is not None:
        rows = rows.filter(id__lt=before)
    rows = rows.select_related("batch", "redemption").order_by("-id")[:limit]
    return tuple(
        EntryView(
            entry_id=row.pk,
            day=row.day,
            kind=EntryKind(row.kind),
            points=row.points,
            year=row.batch.year,
            cycle=row.cycle,
            counted_fen=row.counted_fen,
            reward_percent=row.reward_percent,
            item=row.redemption.item if row.redemption else "",
            quantity=row.redemption.quantity if row.redemption else 0,
            reference=row.redemption.reference if row.redemption else "",
        )
        for row in rows
    )


def items() -> dict[str, RedeemItem]:
    """What points can be turned into, by code."""
    return dict(points_rules().items)


def stars() -> tuple[Star, ...]:
    """The stars from 0 to 7."""
    return star_rules().stars


def rights() -> dict[str, StarRight]:
    """The rights that stars can give, by code."""
    return dict(star_rules().rights)


def stars_of(
    account_ids: Collection[int], now: datetime, *, rights: bool = True
) -> dict[int, StarView]:
    """Each account's star in force with its rights, if they are wanted; an account without one is
    left out."""
    wanted = set(account_ids)
    held = _rights_of(wanted, now) if rights else {}
    found = AccountStar.objects.filter(account_id__in=wanted, ends_at__gt=now)
    return {
        row.account_id: replace(
            _star(row.account_id, row.star, row.growth, row.since, row.ends_at),
            rights=tuple(held.get(row.account_id, ())),
        )
        for row in found
    }


def star_history(account_id: int, limit: int = LATEST) -> tuple[StarChangeView, ...]:
    """How an account's star changed, the latest first."""
    rows = StarChange.objects.filter(account_id=account_id).order_by("-id")[:limit]
    return tuple(
        StarChangeView(
            at=row.at,
            before=row.before,
            after=row.after,
            growth=row.growth,
            reason=StarReason(row.reason),
        )
        for row in rows
    )


def right_uses(account_id: int, limit: int = LATEST) -> tuple[RightUseView, ...]:
    """Which rights an account used, the latest first."""
    rows = RightUse.objects.filter(right__account_id=account_id).order_by("-id")
    return tuple(
        RightUseView(at=at, code=code, reference=reference)
        for at, code, reference in rows.values_list("at", "right__code", "reference")[:limit]
    )


def not_credited(account_ids: Collection[int], cycle: int) -> list[int]:
    """Those of the accounts that have no points of a cycle yet, in their order."""
    rows = PointsEntry.objects.filter(
        account_id__in=one_of(account_ids), cycle=cycle, kind=EntryKind.EARNED.value
    )
    credited = set(rows.values_list("account_id", flat=True))
    return [account_id for account_id in account_ids if account_id not in credited]


def credit_days() -> tuple[int, int]:
    """From which day of a month to which the points of the month before are credited."""
    return points_rules().credit_days


def round_finished(errand: Errand, cycle: int, day: date) -> bool:
    """Whether that day's way round all accounts is over."""
    return is_finished(errand, cycle, day)


def _points(account_id: int, batches: Sequence[tuple[int, int]], rules: PointsRules) -> PointsView:
    return PointsView(
        account_id=account_id,
        points=sum(points for _, points in batches),
        batches=tuple(
            BatchView(year=year, points=points, expires=last_day(year, rules))
            for year, points in batches
        ),
    )


def _star(account_id: int, star: int, growth: int, since: datetime, ends_at: datetime) -> StarView:
    rules = star_rules()
    return StarView(
        account_id=account_id,
        star=star,
        name_zh=rules.stars[star].name_zh,
        name_en=rules.stars[star].name_en,
        growth=growth,
        missing=missing_growth(star, growth, rules),
        since=since,
        ends_at=ends_at,
        rights=(),
    )


def _rights_of(account_ids: set[int], now: datetime) -> dict[int, list[RightView]]:
    known = star_rules().rights
    rows = HeldRight.objects.filter(
        account_id__in=account_ids, begins_at__lte=now, ends_at__gt=now, code__in=known
    )
    found: dict[int, list[RightView]] = defaultdict(list)
    for row in rows.order_by("id"):
        right = known[row.code]
        found[row.account_id].append(
            RightView(
                code=row.code,
                number=right.number,
                name_zh=right.name_zh,
                name_en=right.name_en,
                percent=row.percent,
                times=row.times,
                left=row.left,
                begins_at=row.begins_at,
                ends_at=row.ends_at,
            )
        )
    return found
