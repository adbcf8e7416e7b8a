"""Draft bills: what a group used and owes in a closed cycle, as lines of its account's bill."""

from collections.abc import Iterable, Mapping, Sequence

from wanhao.billing.bills.contracts import (
    Allowance,
    AllowanceKind,
    BillDraft,
    BillLine,
    LineKind,
    Upgrade,
    UpgradeMode,
)
from wanhao.products.contracts import DataSchedule, FeeLine
from wanhao.usage import contracts as usage
from wanhao.usage.contracts import AllowanceUse, LateCharge, Service, UsageLine

HOME = "domestic"
KINDS = {service: LineKind(service.value) for service in Service}
ALLOWANCES = {kind: AllowanceKind(kind.value) for kind in usage.AllowanceKind}
Fees = Mapping[int, Sequence[FeeLine]]
Schedules = Mapping[int, DataSchedule]


def draft_bills(
    cycle: int,
    account_ids: Iterable[int],
    groups: Mapping[int, int],
    used: Iterable[UsageLine],
    fees: Fees,
    schedules: Schedules,
) -> list[BillDraft]:
    """One draft for each account: the fees of its groups, then their usage.

    `groups` gives each group's account, `schedules` the data schedules by tariff.
    """
    lines: dict[int, list[BillLine]] = {account_id: [] for account_id in account_ids}
    for group_id, account_id in groups.items():
        lines[account_id].extend(fee_line(group_id, fee) for fee in fees.get(group_id, ()))
    for line in used:
        if line.account_id in lines:
            lines[line.account_id].append(usage_line(line, fees, schedules))
    return [
        BillDraft(account_id=account_id, cycle=cycle, lines=tuple(found))
        for account_id, found in lines.items()
    ]


def fee_line(group_id: int, fee: FeeLine) -> BillLine:
    """What a group owes for one product."""
    return BillLine(
        kind=LineKind(fee.kind.value),
        fen=fee.fee_fen,
        group_id=group_id,
        code=fee.offering_code,
        name_zh=fee.name_zh,
        name_en=fee.name_en,
        days=fee.days,
        of_days=fee.of_days,
    )


def usage_line(line: UsageLine, fees: Fees, schedules: Schedules) -> BillLine:
    """What a group used of one service in one zone."""
    schedule = schedules.get(line.tariff) if _by_schedule(line) else None
    return BillLine(
        kind=KINDS[line.service],
        fen=line.charge_fen,
        group_id=line.group_id,
        zone=line.zone,
        voice_unit=line.voice_unit if line.service is Service.VOICE else 0,
        used=line.total,
        beyond=line.beyond,
        earlier_fen=line.earlier_fen,
        price_fen=line.price_fen,
        tariff=line.tariff,
        upgrade=None if schedule is None else _upgrade(schedule, line.tier),
        allowances=tuple(_allowance(one, line.group_id, fees) for one in line.allowances),
    )


def late_explanation(charge: LateCharge) -> dict[str, str | int]:
    """A late record as a bill's item explains itself; the amount is signed, as the record was."""
    return {
        "group_id": charge.group_id,
        "of_cycle": charge.cycle,
        "service": charge.service.value,
        "zone": charge.zone,
        "used": charge.units,
    }


def _by_schedule(line: UsageLine) -> bool:
    return line.service is Service.DATA and line.zone == HOME and line.beyond > 0


def _upgrade(schedule: DataSchedule, tier: int) -> Upgrade:
    mode = UpgradeMode(schedule.mode.value)
    place = 0 if mode is UpgradeMode.STACK else tier - 1
    reached = schedule.tiers[place] if 0 <= place < len(schedule.tiers) else None
    return Upgrade(
        mode=mode,
        tier=tier,
        fee_fen=reached.fee_fen if reached else 0,
        quota_mb=reached.quota_mb if reached else 0,
        cap_fen=schedule.cap_fen,
    )


def _allowance(one: AllowanceUse, group_id: int, fees: Fees) -> Allowance:
    name_zh, name_en = _pack_names(one.pack_id, fees.get(group_id, ())) if one.pack_id else ("", "")
    return Allowance(
        kind=ALLOWANCES[one.kind],
        quantity=one.quantity,
        used=one.used,
        name_zh=name_zh,
        name_en=name_en,
    )


def _pack_names(pack_id: int, fees: Sequence[FeeLine]) -> tuple[str, str]:
    """What a pack is called; one that costs nothing has no name here."""
    return next(((fee.name_zh, fee.name_en) for fee in fees if fee.product_id == pack_id), ("", ""))
