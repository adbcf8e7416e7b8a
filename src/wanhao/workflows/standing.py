"""Where a group's use and an account's money stand in a month.

A closed month has its figures in its file. An open one is counted here from the archive of records,
as the meter counts them, against what the group holds now; where billing is elsewhere, against what
that billing told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from wanhao.billing.credit import credit_limits
from wanhao.billing.ports import Billing, billing_source
from wanhao.billing.queries import balances
from wanhao.communications.contracts import Metric
from wanhao.parties.contracts import LineView, PayType
from wanhao.parties.queries import pay_types
from wanhao.products.contracts import MINUTE, Holding
from wanhao.products.queries import holdings
from wanhao.usage.contracts import AllowanceKind, GroupFact, Service, UsageLine, Zone
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.queries import closed_cycles, closed_usage
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_crossings import METRICS
from wanhao.workflows.describe_terms import group_fact
from wanhao.workflows.explanation import Standing

LAST_MOMENT = timedelta(microseconds=1)


def standings(
    line: LineView, cycle: int, records: Sequence[UsageDetail], now: datetime
) -> dict[Metric, Standing]:
    """Where each metric stands that has an amount; `records` are the group's of the month."""
    money = _money(line.account_id)
    if cycle in closed_cycles():
        return {**money, **_closed(line, cycle)}
    if billing_source().billing is Billing.FOREIGN:
        return {**money, **_told(line.group_id, cycle, records)}
    month = Cycle(cycle)
    at = min(max(now, month.start), month.end - LAST_MOMENT)
    held = holdings([line.group_id], at).get(line.group_id)
    return money if held is None else {**money, **_open(line, month, held, records)}


def units_of(record: UsageDetail, voice_unit: int) -> int:
    """What a record adds: each call is rounded up, what is taken back has a minus."""
    amount = record.quantity
    if record.service == Service.VOICE:
        amount = -(-amount // voice_unit)
    return amount * record.sign


def counts_for(record: UsageDetail, service: Service) -> bool:
    """Whether a record counts against the allowance of a service: only use at home does."""
    return record.service == service and record.zone == Zone.DOMESTIC


def _money(account_id: int) -> dict[Metric, Standing]:
    """What is left of a balance that is watched, and of a credit limit."""
    if billing_source().billing is Billing.FOREIGN:
        funds = billing_source().funds([account_id]).get(account_id)
        left = None if funds is None else funds.spendable_fen
        return {Metric.BALANCE: Standing(metric=Metric.BALANCE, left_fen=left)}
    has = balances([account_id]).get(account_id, 0)
    if pay_types([account_id]).get(account_id) is PayType.PREPAID:
        return {Metric.BALANCE: Standing(metric=Metric.BALANCE, left_fen=has)}
    limit = credit_limits([account_id]).get(account_id)
    if limit is None:
        return {}
    credit = Standing(metric=Metric.CREDIT, left_fen=limit + has, credit_fen=limit)
    return {Metric.CREDIT: credit}


def _told(group_id: int, cycle: int, records: Sequence[UsageDetail]) -> dict[Metric, Standing]:
    """Against what a foreign billing told, in which packs and rolled-over data are contained."""
    told = billing_source().allowances([group_id], cycle).get(group_id)
    if told is None:
        return {}
    return {
        METRICS[service]: Standing(
            metric=METRICS[service],
            used=sum(units_of(one, told.voice_unit) for one in records if counts_for(one, service)),
            allowed=sum(one.total for one in told.allowances if one.service == service),
            voice_unit=told.voice_unit,
        )
        for service in Service
    }


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
