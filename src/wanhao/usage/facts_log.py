"""The facts log: how facts are written down and read back, columns per kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from wanhao.usage.contracts import (
    ContinueFact,
    CycleFact,
    DataSchedule,
    Fact,
    FeesFact,
    FundsFact,
    GroupFact,
    LineFact,
    PackFact,
    RentFact,
    ReviewFact,
    ScheduleMode,
    Service,
    TariffFact,
    ThresholdsFact,
)

ROWS_PER_POSITION = 10_000
KINDS: Mapping[type, str] = {
    TariffFact: "tariff",
    GroupFact: "group",
    LineFact: "line",
    FundsFact: "funds",
    FeesFact: "fees",
    ContinueFact: "continue",
    ThresholdsFact: "thresholds",
    CycleFact: "cycle",
    RentFact: "rent",
    ReviewFact: "review",
}
_COLUMNAR: Mapping[
    str,
    type[GroupFact] | type[LineFact] | type[FundsFact] | type[FeesFact] | type[ContinueFact],
] = {
    "group": GroupFact,
    "line": LineFact,
    "funds": FundsFact,
    "fees": FeesFact,
    "continue": ContinueFact,
}
_SUBJECTS = {
    "group": "group_id",
    "line": "number",
    "funds": "account_id",
    "fees": "account_id",
    "continue": "group_id",
}
_STEPS: Mapping[str, type[CycleFact] | type[RentFact] | type[ReviewFact]] = {
    "cycle": CycleFact,
    "rent": RentFact,
    "review": ReviewFact,
}
CYCLICAL = ("group", "fees", "continue")
CYCLE = "cycle"
PACKS = "packs"
PACK_ROW = "row"
_PACK_COLUMNS = tuple(PackFact.__dataclass_fields__)


def encode(facts: Sequence[Fact]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Turn facts into (kind, body) positions: runs of one kind, cut so that each position is of one
    cycle, where the kind speaks of one, and names no subject twice."""
    for kind, run in groupby(facts, key=_kind):
        rows = list(run)
        if kind in _COLUMNAR:
            yield from ((kind, _columns(kind, part)) for part in _parts(kind, rows))
        else:
            yield from ((kind, alone(row)) for row in rows)


def decode(kind: str, body: Mapping[str, Any]) -> list[Fact]:
    """Turn one position back into its facts, in order."""
    if kind in _COLUMNAR:
        return _rows(kind, body)
    if kind == "thresholds":
        usage = {Service(name): tuple(levels) for name, levels in body["usage"].items()}
        credit = tuple(body.get("credit", ()))
        return [ThresholdsFact(usage=usage, money=tuple(body["money"]), credit=credit)]
    return [_tariff(body) if kind == "tariff" else _STEPS[kind](**body)]


def alone(fact: Fact) -> dict[str, Any]:
    """The body of a fact that stands alone in its position."""
    if isinstance(fact, ThresholdsFact):
        usage = {service.value: list(levels) for service, levels in sorted(fact.usage.items())}
        return {"usage": usage, "money": list(fact.money), "credit": list(fact.credit)}
    body: dict[str, Any] = asdict(fact)
    if isinstance(fact, TariffFact):
        body["prices"] = {str(zone): list(each) for zone, each in sorted(fact.prices.items())}
        if fact.schedule is not None:
            body["schedule"]["mode"] = fact.schedule.mode.value
            body["schedule"]["tiers"] = [list(tier) for tier in fact.schedule.tiers]
    return body


def _kind(fact: Fact) -> str:
    if type(fact) not in KINDS:
        raise TypeError(f"not a fact: {fact!r}")
    return KINDS[type(fact)]


def _parts(kind: str, rows: Sequence[Fact]) -> list[list[Fact]]:
    """One position never says two things of one subject, nor speaks of two cycles. Rows of one
    subject keep their order; those of others may come before them."""
    parts: list[list[Fact]] = []
    open_part: dict[int, int] = {}
    last_part: dict[int, int] = {}
    subject = _SUBJECTS[kind]
    for row in rows:
        key, cycle = getattr(row, subject), getattr(row, CYCLE, 0)
        place = open_part.get(cycle, -1)
        if place <= last_part.get(key, -1) or len(parts[place]) >= ROWS_PER_POSITION:
            place = open_part[cycle] = len(parts)
            parts.append([])
        parts[place].append(row)
        last_part[key] = place
    return parts


def _columns(kind: str, rows: Sequence[Fact]) -> dict[str, Any]:
    """One list per field, and once the cycle that all rows share; packs, of which a group has any
    number, as columns with their row."""
    names = _COLUMNAR[kind].__dataclass_fields__.keys() - {PACKS, CYCLE}
    body: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in sorted(names)}
    if kind in CYCLICAL:
        body[CYCLE] = getattr(rows[0], CYCLE)
    if kind == "group":
        held = [
            (place, pack)
            for place, row in enumerate(rows)
            if isinstance(row, GroupFact)
            for pack in row.packs
        ]
        body[PACKS] = {name: [getattr(pack, name) for _, pack in held] for name in _PACK_COLUMNS}
        body[PACKS][PACK_ROW] = [place for place, _ in held]
    return body


def _rows(kind: str, body: Mapping[str, Any]) -> list[Fact]:
    columns = dict(body)
    if kind in CYCLICAL:
        columns[CYCLE] = [body[CYCLE]] * len(body[_SUBJECTS[kind]])
    if kind == "group":
        columns[PACKS] = _packs(columns[PACKS], len(columns["group_id"]))
    rows = zip(*columns.values(), strict=True)
    return [_COLUMNAR[kind](**dict(zip(columns, row, strict=True))) for row in rows]


def _packs(columns: Mapping[str, Any], groups: int) -> list[tuple[PackFact, ...]]:
    found: list[list[PackFact]] = [[] for _ in range(groups)]
    values = zip(*(columns[name] for name in _PACK_COLUMNS), strict=True)
    for place, row in zip(columns[PACK_ROW], values, strict=True):
        named = dict(zip(_PACK_COLUMNS, row, strict=True))
        found[place].append(PackFact(**{**named, "service": Service(named["service"])}))
    return [tuple(packs) for packs in found]


def _tariff(body: Mapping[str, Any]) -> TariffFact:
    schedule = body["schedule"]
    if schedule is not None:
        tiers = tuple((fee, quota) for fee, quota in schedule["tiers"])
        mode = ScheduleMode(schedule["mode"])
        schedule = DataSchedule(**{**schedule, "mode": mode, "tiers": tiers})
    prices = {zone: tuple(each) for zone, each in body["prices"].items()}
    return TariffFact(**{**body, "prices": prices, "schedule": schedule})
