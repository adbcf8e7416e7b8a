"""Where a visitor stands, gathered with one question to each room."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from wanhao.billing.at_once import money_at_once
from wanhao.billing.ports import Billing, billing_source
from wanhao.billing.stop_contracts import LineStopView, MoneyAtOnce, StopView
from wanhao.billing.stops import debts_due
from wanhao.loyalty.contracts import PointsView, StarView
from wanhao.loyalty.queries import points_and_star
from wanhao.menu.queries import done_lately
from wanhao.parties.contracts import LineView
from wanhao.products.contracts import HeldProduct
from wanhao.products.queries import products_of
from wanhao.usage.ports import OutOfReachError, usage_reader
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.show_credit import announced_stop

LATELY = timedelta(days=180)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """What an account has and owes, in fen. `balance_fen` None: nobody tells it; below zero is
    owed. `announced` is when service stops unless `announced_fen` are paid before; None: no stop
    was announced."""

    balance_fen: int | None
    late_fen: int
    stop: StopView | None
    line_stops: tuple[LineStopView, ...]
    announced: datetime | None = None
    announced_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a line and its account stand; `use` None: the meter cannot tell now."""

    use: UseSoFar | None
    out_of_reach: bool
    held: tuple[HeldProduct, ...]
    money: Money
    points: PointsView | None
    star: StarView | None
    done: tuple[str, ...]


def standing_of(line: LineView, now: datetime) -> Standing:
    """All of it."""
    use, out_of_reach = use_of(line, now)
    points, star = points_and_star(line.account_id, now)
    return Standing(
        use=use,
        out_of_reach=out_of_reach,
        held=products_of(line.group_id, now),
        money=money_of(line, now),
        points=points,
        star=star,
        done=done_lately(line.line_id, now - LATELY),
    )


def use_of(line: LineView, now: datetime) -> tuple[UseSoFar | None, bool]:
    """Where the line's group stands this month, and whether the meter is out of reach."""
    try:
        use = usage_reader().use_of(line.group_id)
    except OutOfReachError:
        return None, True
    return (use if use is not None and use.cycle == Cycle.of(now).number else None), False


def money_of(line: LineView, now: datetime) -> Money:
    """What the line's account has and owes, and what is stopped or will be."""
    if billing_source().billing is Billing.FOREIGN:
        funds = billing_source().funds([line.account_id]).get(line.account_id)
        found = money_at_once(line.account_id, line.line_id)
        return _money(found, funds.spendable_fen if funds else None, 0)
    found = money_at_once(line.account_id, line.line_id)
    late = _due(line.account_id, now.astimezone(SHANGHAI).date()) if found.owes else 0
    money = _money(found, found.balance_fen, late)
    if not found.owes:
        return money
    coming = None if money.stop else announced_stop(line.account_id, now)
    if coming is None:
        return money
    owed = _due(line.account_id, coming.due_at.astimezone(SHANGHAI).date())
    return replace(money, announced=coming.due_at if owed else None, announced_fen=owed)


def _money(found: MoneyAtOnce, balance: int | None, late: int) -> Money:
    return Money(balance_fen=balance, late_fen=late, stop=found.stop, line_stops=found.line_stops)


def _due(account_id: int, day: date) -> int:
    debt = debts_due([account_id], day).get(account_id)
    return debt.bills_fen + debt.penalties_fen if debt else 0
