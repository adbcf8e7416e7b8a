"""Pure: what spending earns, how long it lasts, what it buys; parameters in `points.toml`."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.loyalty.contracts import Charge, RedeemItem, Spending
from wanhao.loyalty.files import read, sourced, whole
from wanhao.parties.contracts import CustomerKind, PayType
from wanhao.values.cycle import SHANGHAI, Cycle

POINTS_FILE = Path(__file__).with_name("points.toml")
LONGEST_MONTH = 31


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsRules:
    """The parameters of points; `ages` are (from which month, per cent), the longest first."""

    fen_per_point: int
    excluded: frozenset[Charge]
    earners: dict[tuple[CustomerKind, PayType], int]
    bundle_percent: int
    ages: tuple[tuple[int, int], ...]
    credit_days: tuple[int, int]
    years: int
    items: dict[str, RedeemItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What one spending earns, and why so much."""

    counted_fen: int
    reward_percent: int
    points: int


@lru_cache(maxsize=1)
def points_rules() -> PointsRules:
    """The parameters of this installation."""
    return read_points_rules()


def read_points_rules(path: Path = POINTS_FILE) -> PointsRules:
    """The parameters of a file; WanhaoError names what is wrong."""
    return read(path, _rules)


def earned(spending: Spending, star_percent: int, rules: PointsRules) -> Earned:
    """What a cycle's spending earns: whole yuan, and the rewards in per cent of those.

    Nothing for who does not earn, and nothing (never less) where credits outweigh charges.
    """
    counted = sum(fen for kind, fen in spending.charges.items() if kind not in rules.excluded)
    percent = _reward(spending, rules) + star_percent
    if not earns(spending, rules):
        return Earned(counted_fen=max(counted, 0), reward_percent=percent, points=0)
    plain = max(counted, 0) // rules.fen_per_point
    return Earned(
        counted_fen=max(counted, 0),
        reward_percent=percent,
        points=plain + plain * percent // 100,
    )


def earns(spending: Spending, rules: PointsRules) -> bool:
    """Whether this customer earns points at all, by who they are and what the month came to."""
    below = rules.earners.get((spending.customer_kind, spending.pay_type))
    return below is not None and (below == 0 or sum(spending.charges.values()) < below)


def batch_year(cycle: Cycle) -> int:
    """The year of a cycle's points: that of the month after, in which they are credited."""
    return cycle.next.number // 100


def last_day(year: int, rules: PointsRules) -> date:
    """The last day on which the points of a year are good."""
    return date(year + rules.years - 1, 12, 31)


def oldest_good_year(now: datetime, rules: PointsRules) -> int:
    """The oldest year whose points are still good."""
    return now.astimezone(SHANGHAI).year - rules.years + 1


def may_redeem_today(item: RedeemItem, now: datetime) -> bool:
    """Whether an item can be had on this day of the month."""
    today = now.astimezone(SHANGHAI)
    longest = monthrange(today.year, today.month)[1]
    return item.first_day <= today.day <= min(item.last_day, longest)


def _reward(spending: Spending, rules: PointsRules) -> int:
    age = next((percent for month, percent in rules.ages if spending.month >= month), 0)
    return age + (rules.bundle_percent if spending.mobile_or_bundle else 0)


def _rules(data: dict[str, Any]) -> PointsRules:
    earning = sourced(data["earning"], "earning")
    credit = sourced(data["crediting"], "crediting")
    days = [whole(credit[name], name, 1, 28) for name in ("first_day", "last_day")]
    ages, bundle = _rewards(data["reward"])
    return PointsRules(
        fen_per_point=whole(earning["fen_per_point"], "fen_per_point", 1),
        excluded=frozenset(Charge(kind) for kind in earning["excluded"]),
        earners=dict(_earner(sourced(one, "earner")) for one in data["earner"]),
        bundle_percent=bundle,
        ages=ages,
        credit_days=(days[0], days[1]),
        years=whole(sourced(data["validity"], "validity")["years"], "years", 1, 10),
        items=_items(data["item"]),
    )


def _earner(entry: dict[str, Any]) -> tuple[tuple[CustomerKind, PayType], int]:
    who = (CustomerKind(entry["customer_kind"]), PayType(entry["pay_type"]))
    return who, whole(entry["below_fen"], "below_fen")


def _rewards(entries: list[dict[str, Any]]) -> tuple[tuple[tuple[int, int], ...], int]:
    ages: list[tuple[int, int]] = []
    bundle = 0
    for entry in entries:
        reward = sourced(entry, f"reward '{entry.get('code', '')}'")
        percent = whole(reward["percent"], "percent", 0, 1000)
        if reward["code"] == "network-age":
            ages.append((whole(reward["from_month"], "from_month", 1), percent))
        elif reward["code"] == "mobile-or-bundle":
            bundle = percent
        else:
            raise ValueError(f"'{reward['code']}' is not a reward")
    return tuple(sorted(ages, reverse=True)), bundle


def _items(entries: list[dict[str, Any]]) -> dict[str, RedeemItem]:
    found: dict[str, RedeemItem] = {}
    for entry in entries:
        item = RedeemItem(**sourced(entry, f"item '{entry.get('code', '')}'"))
        whole(item.points, "points", 1)
        whole(item.bill_fen, "bill_fen")
        whole(item.first_day, "first_day", 1, 28)
        whole(item.last_day, "last_day", item.first_day, LONGEST_MONTH)
        if item.code in found:
            raise ValueError(f"item '{item.code}' is there twice")
        found[item.code] = item
    return found
