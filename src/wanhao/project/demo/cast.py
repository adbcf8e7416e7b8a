"""The fixed cast of the demo world, read from `cast.toml`."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.parties.contracts import CustomerKind, Language, LineRole, PayType

CAST_FILE = Path(__file__).with_name("cast.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedUse:
    """Records of one service; `units` is their sum: billed minutes, messages, or KB of data."""

    service: str
    zone: str
    records: int
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStep:
    """Use that the traffic maker adds, `wait` seconds after the previous step."""

    wait: int
    use: PlannedUse


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """Use on one day of a month that passes ahead of the clock."""

    day: int
    use: PlannedUse


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Spend in sessions of data until less than `until_below_fen` is left, then top up; repeat."""

    wait: int
    sessions: int
    until_below_fen: int
    top_up_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CastMember:
    """One line of the cast: who holds it, what it used this month, and what it shows.

    `told` are the rules under which the line is sent an SMS by `use` alone; `opted_out` those the
    line switched off. In a month that passes ahead of the clock it uses `month` instead, if that
    says anything; `told_ahead` are the rules that this month is there to show.
    """

    number: int
    account: str
    name_zh: str
    name_en: str
    city: str
    plan: str
    role: LineRole
    language: Language
    who_zh: str
    who_en: str
    shows_zh: str
    shows_en: str
    told: tuple[str, ...]
    opted_out: tuple[str, ...]
    use: tuple[PlannedUse, ...]
    live: tuple[LiveStep, ...]
    rounds: Rounds | None
    month: tuple[DayUse, ...]
    told_ahead: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belongings:
    """What an account of the cast has besides its plans, on its first day here: codes of an upgrade
    and of a yearly term that is about to end, and of money what `cast.toml` explains."""

    upgrade: str = ""
    term: str = ""
    credit_limit_fen: int = 0
    earlier_bills_fen: tuple[int, ...] = ()
    points_from_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CastAccount:
    """An account of the cast; each group is the members who share one plan."""

    key: str
    name_zh: str
    name_en: str
    kind: CustomerKind
    city: str
    pay_type: PayType
    opening_balance_fen: int
    groups: tuple[tuple[CastMember, ...], ...]
    belongings: Belongings


@lru_cache(maxsize=1)
def cast_accounts() -> tuple[CastAccount, ...]:
    """Every account of the cast, in the order of the file."""
    entries = tomllib.loads(CAST_FILE.read_text())["account"]
    return tuple(_account(entry) for entry in entries)


@lru_cache(maxsize=1)
def cast() -> tuple[CastMember, ...]:
    """Every line of the cast, in the order of the file."""
    return tuple(
        member for account in cast_accounts() for group in account.groups for member in group
    )


def reference_of(key: str) -> str:
    """The reference by which an account of the cast is known outside."""
    return f"cast-{key}"


def _account(entry: dict[str, Any]) -> CastAccount:
    groups = tuple(
        tuple(_member(entry, group["plan"], line) for line in group["line"])
        for group in entry["group"]
    )
    return CastAccount(
        key=entry["key"],
        name_zh=entry["name_zh"],
        name_en=entry["name_en"],
        kind=CustomerKind(entry.get("kind", CustomerKind.PERSON)),
        city=entry["city"],
        pay_type=PayType(entry.get("pay_type", PayType.POSTPAID)),
        opening_balance_fen=entry.get("opening_balance_fen", 0),
        groups=groups,
        belongings=_belongings(entry.get("belongings", {})),
    )


def _belongings(entry: dict[str, Any]) -> Belongings:
    return Belongings(**{**entry, "earlier_bills_fen": tuple(entry.get("earlier_bills_fen", ()))})


def _member(account: dict[str, Any], plan: str, line: dict[str, Any]) -> CastMember:
    return CastMember(
        number=line["number"],
        account=account["key"],
        name_zh=line.get("name_zh", account["name_zh"]),
        name_en=line.get("name_en", account["name_en"]),
        city=account["city"],
        plan=plan,
        role=LineRole(line.get("role", LineRole.MAIN)),
        language=Language(line.get("language", Language.ZH)),
        who_zh=line["who_zh"],
        who_en=line["who_en"],
        shows_zh=line["shows_zh"],
        shows_en=line["shows_en"],
        told=tuple(line.get("told", ())),
        opted_out=tuple(line.get("opted_out", ())),
        use=tuple(_use(use) for use in line.get("use", ())),
        live=tuple(LiveStep(wait=step["wait"], use=_use(step)) for step in line.get("live", ())),
        rounds=Rounds(**line["rounds"]) if "rounds" in line else None,
        month=tuple(DayUse(day=each["day"], use=_use(each)) for each in line.get("month", ())),
        told_ahead=tuple(line.get("told_ahead", ())),
    )


def _use(entry: dict[str, Any]) -> PlannedUse:
    return PlannedUse(
        service=entry["service"],
        zone=entry.get("zone", "domestic"),
        records=entry["records"],
        units=entry["units"],
    )
