"""Lines of a bill as data in the database and back; what is nothing is left out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from wanhao.billing.bills.contracts import (
    Allowance,
    AllowanceKind,
    BillLine,
    LineKind,
    Upgrade,
    UpgradeMode,
)
from wanhao.values.errors import WanhaoError

PLAIN = tuple(
    field.name
    for field in fields(BillLine)
    if field.name not in ("kind", "fen", "upgrade", "allowances")
)
FIGURES = attrgetter(*PLAIN)
# An item explains itself with these and no other.
EXPLAINING = frozenset(PLAIN)
ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def lines_to_json(lines: Iterable[BillLine]) -> str:
    """The lines as one JSON list."""
    return ENCODE([line_to_data(line) for line in lines])


def line_to_data(line: BillLine) -> dict[str, Any]:
    """One line as plain data; its fen are always there, as the database adds them up."""
    data: dict[str, Any] = {"kind": line.kind, "fen": line.fen}
    # A million bills come through here; one call for all figures costs a third of one for each.
    data.update([pair for pair in zip(PLAIN, FIGURES(line), strict=True) if pair[1]])
    if line.allowances:
        data["allowances"] = [_allowance_to_data(one) for one in line.allowances]
    if line.upgrade is not None:
        upgrade = line.upgrade
        figures = [upgrade.tier, upgrade.fee_fen, upgrade.quota_mb, upgrade.cap_fen]
        data["upgrade"] = [upgrade.mode.value, *figures]
    return data


def lines_of(data: Sequence[Mapping[str, Any]]) -> tuple[BillLine, ...]:
    """The lines that data says."""
    return tuple(_line_of(one) for one in data)


def item_line(kind: LineKind, fen: int, explanation: Mapping[str, Any]) -> BillLine:
    """A waiting item as the line it becomes; WanhaoError when it explains itself otherwise."""
    unknown = set(explanation) - EXPLAINING
    if unknown:
        raise WanhaoError(
            f"A bill item cannot explain itself with {', '.join(sorted(unknown))}.",
            f"Use only: {', '.join(sorted(EXPLAINING))}.",
        )
    return BillLine(kind=kind, fen=fen, **explanation)


def _allowance_to_data(one: Allowance) -> list[Any]:
    data: list[Any] = [one.kind, one.quantity, one.used]
    return [*data, one.name_zh, one.name_en] if one.name_zh or one.name_en else data


def _line_of(data: Mapping[str, Any]) -> BillLine:
    plain = {name: data[name] for name in PLAIN if name in data}
    return BillLine(
        kind=LineKind(data["kind"]),
        fen=data["fen"],
        upgrade=_upgrade_of(data["upgrade"]) if "upgrade" in data else None,
        allowances=tuple(_allowance_of(one) for one in data.get("allowances", ())),
        **plain,
    )


def _allowance_of(data: Sequence[Any]) -> Allowance:
    kind, quantity, used, *names = data
    name_zh, name_en = names or ("", "")
    return Allowance(
        kind=AllowanceKind(kind), quantity=quantity, used=used, name_zh=name_zh, name_en=name_en
    )


def _upgrade_of(data: Sequence[Any]) -> Upgrade:
    mode, tier, fee, quota, cap = data
    return Upgrade(mode=UpgradeMode(mode), tier=tier, fee_fen=fee, quota_mb=quota, cap_fen=cap)
