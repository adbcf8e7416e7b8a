"""The facts log: how facts are written down and read back, columns per kind."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from wanhao.usage.contracts import (
    CycleFact,
    Fact,
    FundsFact,
    GroupFact,
    LineFact,
    Service,
    ThresholdsFact,
)

ROWS_PER_POSITION = 10_000
_COLUMNAR: Mapping[str, type[GroupFact] | type[LineFact] | type[FundsFact] | type[CycleFact]] = {
    "group": GroupFact,
    "line": LineFact,
    "funds": FundsFact,
    "cycle": CycleFact,
}
_KINDS: Mapping[type, str] = {kind: name for name, kind in _COLUMNAR.items()}


def encode(facts: Sequence[Fact]) -> Iterable[tuple[str, dict[str, Any]]]:
    """Turn facts into (kind, body) positions, neighbours of one kind and subject-free together."""
    for kind, run in groupby(facts, key=_kind):
        rows = list(run)
        if kind == "thresholds":
            yield from ((kind, _thresholds_body(row)) for row in rows)
        else:
            yield from ((kind, _columns(kind, part)) for part in _parts(kind, rows))


def decode(kind: str, body: Mapping[str, Any]) -> list[Fact]:
    """Turn one position back into its facts, in order."""
    if kind == "thresholds":
        usage = {Service(name): tuple(levels) for name, levels in body["usage"].items()}
        return [ThresholdsFact(usage=usage, money=tuple(body["money"]))]
    fields = list(body)
    rows = zip(*body.values(), strict=True)
    return [_COLUMNAR[kind](**dict(zip(fields, row, strict=True))) for row in rows]


def subject(kind: str) -> str:
    """The column that says whom a fact of this kind is about."""
    return {"group": "group_id", "line": "number", "funds": "account_id", "cycle": "cycle"}[kind]


def _kind(fact: Fact) -> str:
    return _KINDS.get(type(fact), "thresholds")


def _parts(kind: str, rows: Sequence[Fact]) -> Iterable[list[Fact]]:
    """Cut where a subject comes again: one position never says two things of one subject."""
    part: list[Fact] = []
    seen: set[int] = set()
    for row in rows:
        key = getattr(row, subject(kind))
        if key in seen or len(part) >= (1 if kind == "cycle" else ROWS_PER_POSITION):
            yield part
            part, seen = [], set()
        part.append(row)
        seen.add(key)
    yield part


def _columns(kind: str, rows: Sequence[Fact]) -> dict[str, Any]:
    names = _COLUMNAR[kind].__dataclass_fields__
    return {name: [getattr(row, name) for row in rows] for name in names}


def _thresholds_body(fact: Fact) -> dict[str, Any]:
    if not isinstance(fact, ThresholdsFact):
        raise TypeError(f"not a fact: {fact!r}")
    usage = {service.value: list(levels) for service, levels in sorted(fact.usage.items())}
    return {"usage": usage, "money": list(fact.money)}
