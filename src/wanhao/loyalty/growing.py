"""Pure: the growth value, the star it reaches, and when a star may change; see `stars.toml`."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.loyalty.contracts import GrantedRight, Star, StarReason, StarRight, Worth
from wanhao.loyalty.files import read, sourced, whole
from wanhao.values.cycle import Cycle

STARS_FILE = Path(__file__).with_name("stars.toml")
YEAR_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class StarRules:
    """The parameters of stars; `stars` by their number, `rights` by their code."""

    fen_per_point: int
    per_month: int
    months_at_most: int
    per_month_paid_in_time: int
    valid_months: int
    stars: tuple[Star, ...]
    rights: dict[str, StarRight]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The star an account has, in force until `ends_at`."""

    star: int
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What an evaluation says of one account; `reason` is empty when the star stays as it is."""

    star: int
    growth: int
    reason: StarReason | None


@lru_cache(maxsize=1)
def star_rules() -> StarRules:
    """The parameters of this installation."""
    return read_star_rules()


def read_star_rules(path: Path = STARS_FILE) -> StarRules:
    """The parameters of a file; WanhaoError names what is wrong."""
    return read(path, _rules)


def growth_of(worth: Worth, rules: StarRules) -> int:
    """The growth value: spending, time with us, and credit, each with its own weight."""
    months = min(worth.month, rules.months_at_most)
    paid = min(worth.paid_in_time, YEAR_MONTHS)
    return (
        max(worth.spent_fen, 0) // rules.fen_per_point
        + months * rules.per_month
        + paid * rules.per_month_paid_in_time
    )


def star_for(growth: int, rules: StarRules) -> int:
    """The highest star whose growth is reached."""
    return max(star.star for star in rules.stars if star.growth <= growth)


def missing_growth(star: int, growth: int, rules: StarRules) -> int | None:
    """How much growth the next star asks for; None at the top."""
    above = [one.growth for one in rules.stars if one.star == star + 1]
    return max(above[0] - growth, 0) if above else None


def evaluate_one(
    worth: Worth, standing: Standing | None, month: Cycle, rules: StarRules
) -> Verdict:
    """Find the star anew: inside its validity it can only rise.

    A star whose validity ends with `month`, that of the evaluation, is found anew and may fall.
    """
    growth = growth_of(worth, rules)
    reached = star_for(growth, rules)
    if standing is None:
        return Verdict(star=reached, growth=growth, reason=StarReason.FIRST)
    if standing.ends_at <= month.end:
        return Verdict(star=reached, growth=growth, reason=StarReason.RENEWED)
    if reached > standing.star:
        return Verdict(star=reached, growth=growth, reason=StarReason.RAISED)
    return Verdict(star=standing.star, growth=growth, reason=None)


def valid_until(month: Cycle, rules: StarRules) -> datetime:
    """The end of the validity of a star given in `month`: so many whole months after it."""
    months = month.number // 100 * 12 + month.number % 100 - 1 + rules.valid_months
    return Cycle(months // 12 * 100 + months % 12 + 1).end


def _rules(data: dict[str, Any]) -> StarRules:
    growth = sourced(data["growth"], "growth")
    rights = [StarRight(**sourced(one, f"right '{one.get('code', '')}'")) for one in data["right"]]
    known = {right.code: right for right in rights}
    stars = tuple(_star(entry, known) for entry in data["star"])
    if [star.star for star in stars] != list(range(8)):
        raise ValueError("the stars must be 0 to 7 in their order")
    asked = [star.growth for star in stars]
    if asked[0] != 0 or asked != sorted(set(asked)):
        raise ValueError("star 0 must ask for no growth, and each star for more than the one below")
    return StarRules(
        fen_per_point=whole(growth["fen_per_point"], "fen_per_point", 1),
        per_month=whole(growth["per_month"], "per_month"),
        months_at_most=whole(growth["months_at_most"], "months_at_most"),
        per_month_paid_in_time=whole(growth["per_month_paid_in_time"], "per_month_paid_in_time"),
        valid_months=whole(sourced(data["validity"], "validity")["months"], "months", 1, 120),
        stars=stars,
        rights=known,
    )


def _star(entry: dict[str, Any], known: dict[str, StarRight]) -> Star:
    granted = tuple(GrantedRight(**right) for right in entry["rights"])
    for right in granted:
        if right.code not in known:
            raise ValueError(f"star {entry['star']} gives '{right.code}', which is no right")
        whole(right.times, "times", 0, 1000)
        whole(right.percent, "percent", 0, 1000)
    return Star(
        star=whole(entry["star"], "star", 0, 7),
        name_zh=entry["name_zh"],
        name_en=entry["name_en"],
        growth=whole(entry["growth"], "growth"),
        rights=granted,
    )
