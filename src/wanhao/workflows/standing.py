"""Where a group's use and an account's money stand in a month.

A closed month has its figures in its file. An open one is counted here from the archive of records,
as the meter counts them, against what the group holds now.
"""

from collections.abc import Sequence
from datetime import datetime

from wanhao.billing.queries import balances
from wanhao.communications.contracts import Metric
from wanhao.parties.contracts import LineView
from wanhao.products.contracts import MINUTE, Holding
from wanhao.products.queries import holdings
from wanhao.usage.contracts import AllowanceKind, GroupFact, Service, UsageLine, Zone
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.queries import closed_cycles, closed_usage
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_crossings import METRICS
from wanhao.workflows.describe_terms import group_fact
from wanhao.workflows.explanation import Standing

MONEY = (Metric.BALANCE, Metric.CREDIT)


def standings(
    line: LineView, cycle: int, records: Sequence[UsageDetail], now: datetime
) -> dict[Metric, Standing]:
    """Where each metric stands that has an amount; `records` are the group's of the month."""
    found = {
        metric: Standing(metric=metric, left_fen=balances([line.account_id]).get(line.account_id))
        for metric in MONEY
    }
    if cycle in closed_cycles():
        return {**found, **_closed(line, cycle)}
    month = Cycle(cycle)
    held = holdings([line.group_id], min(max(now, month.start), month.end)).get(line.group_id)
    return found if held is None else {**found, **_open(line, month, held, records)}


def units_of(record: UsageDetail, voice_unit: int) -> int:
    """What a record adds: each call is rounded up, what is taken back has a minus."""
    amount = record.quantity
    if record.service == Service.VOICE:
        amount = -(-amount // voice_unit)
    return amount * record.sign


def counts_for(record: UsageDetail, service: Service) -> bool:
    """Whether a record counts against the allowance of a service: only use at home does."""
    return record.service == service and record.zone == Zone.DOMESTIC


def _closed(line: LineView, cycle: int) -> dict[Metric, Standing]:
    home = _at_home(line, cycle)
    return {
        METRICS[one.service]: Standing(
            metric=METRICS[one.service],
            used=one.total,
            allowed=sum(part.quantity for part in one.allowances),
            rolled=sum(p.quantity for p in one.allowances if p.kind is AllowanceKind.ROLLED),
            voice_unit=one.voice_unit,
            final=True,
        )
        for one in home
    }


def _at_home(line: LineView, cycle: int) -> list[UsageLine]:
    used = closed_usage(cycle, line.account_id, line.account_id)
    return [one for one in used if one.group_id == line.group_id and one.zone == Zone.DOMESTIC]


def _open(
    line: LineView, month: Cycle, held: Holding, records: Sequence[UsageDetail]
) -> dict[Metric, Standing]:
    terms = group_fact(line.group_id, line.account_id, month.number, held)
    rolled = _rolled(line, month.previous.number, terms)
    unit = held.plan.voice_unit_seconds
    plan = {
        Service.VOICE: held.voice_minutes * MINUTE // unit,
        Service.MESSAGE: terms.message_allowance,
        Service.DATA: terms.data_allowance,
    }
    return {
        METRICS[service]: Standing(
            metric=METRICS[service],
            used=sum(units_of(one, unit) for one in records if counts_for(one, service)),
            allowed=plan[service]
            + sum(pack.quantity for pack in terms.packs if pack.service is service)
            + (rolled or 0 if service is Service.DATA else 0),
            rolled=rolled if service is Service.DATA else 0,
            voice_unit=unit,
        )
        for service in Service
    }


def _rolled(line: LineView, before: int, terms: GroupFact) -> int | None:
    """Data that the month before left, once it is closed; packs that roll over with the plan."""
    rolling = {pack.pack_id for pack in terms.packs if pack.rolls}
    if not terms.rolls and not rolling:
        return 0
    if before not in closed_cycles():
        return None
    data = [one for one in _at_home(line, before) if one.service is Service.DATA]
    return sum(
        part.quantity - part.used
        for one in data
        for part in one.allowances
        if (part.kind is AllowanceKind.PLAN and terms.rolls)
        or (part.kind is AllowanceKind.PACK and part.pack_id in rolling)
    )
