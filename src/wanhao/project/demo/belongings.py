"""What some of the cast have from their first day here, so that a month has more to tell of.

All of it is given by the workflows and actions that any operator takes accounts over with: bills
and points of the time before, a contract that runs, an upgrade, a credit limit.
"""

from datetime import datetime, time, timedelta

from wanhao.billing.bills.actions import DUE_DAY, due_date
from wanhao.billing.bills.contracts import BillLine, ImportedBill, LineKind
from wanhao.billing.bills.importing import keep_bills
from wanhao.billing.contracts import NewCreditLimit
from wanhao.loyalty.actions import earn
from wanhao.loyalty.contracts import Charge, Spending
from wanhao.parties.contracts import OpenedAccount
from wanhao.parties.queries import account_profiles
from wanhao.products.actions import hold_offerings
from wanhao.products.contracts import NewHolding
from wanhao.products.queries import offering
from wanhao.project.demo.cast import CastAccount
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.credit_points import months_with_us
from wanhao.workflows.order_product import order_product
from wanhao.workflows.set_credit_limits import set_credit_limits

TERM_LEFT = timedelta(days=14)
TERM = timedelta(days=365)
ISSUED_AFTER = timedelta(days=3, hours=10)
"""When a month's bill was issued, after its end."""
CREDITED_AFTER = timedelta(days=4, hours=10)
"""When a month's points were credited, after its end."""
YEARS_OF_POINTS = 2


def bring_along(account: CastAccount, opened: OpenedAccount, now: datetime) -> None:
    """Give an account that was just opened what `cast.toml` says, within the same transaction."""
    has, account_id = account.belongings, opened.account_id
    group_id = opened.groups[0].group_id
    if has.upgrade:
        order_product(group_id, has.upgrade, now)
    if has.term:
        _hold_term(group_id, has.term, now)
    if has.credit_limit_fen:
        limit = NewCreditLimit(
            account_id=account_id,
            limit_fen=has.credit_limit_fen,
            reason="agreed with the customer",
            set_by="demo",
        )
        set_credit_limits([limit], now)
    if has.earlier_bills_fen:
        keep_bills(_earlier_bills(account, account_id, now))
    if has.points_from_fen:
        _earn_points(account_id, has.points_from_fen, now)


def _hold_term(group_id: int, code: str, now: datetime) -> None:
    """A yearly term that began so long ago that two weeks of it are left."""
    ends = datetime.combine(now.astimezone(SHANGHAI).date() + TERM_LEFT, time(), SHANGHAI)
    hold_offerings([NewHolding(group_id=group_id, code=code, since=ends - TERM)])


def _earlier_bills(account: CastAccount, account_id: int, now: datetime) -> list[ImportedBill]:
    """The bills that the billing before us issued: the plan, and what was used beyond it."""
    plan = offering(account.groups[0][0].plan)
    cycle, found = Cycle.of(now), []
    for fen in reversed(account.belongings.earlier_bills_fen):
        cycle = cycle.previous
        lines = (
            _told(plan.fee_fen, plan.name_zh, plan.name_en),
            _told(fen - plan.fee_fen, "套餐外通话费", "Calls beyond the plan"),
        )
        found.append(
            ImportedBill(
                account_id=account_id,
                cycle=cycle.number,
                number=f"{cycle.number}-{account.key}",
                lines=lines,
                total_fen=fen,
                issued_at=min(cycle.end + ISSUED_AFTER, now),
                due_on=due_date(cycle.number, DUE_DAY),
            )
        )
    return found


def _told(fen: int, name_zh: str, name_en: str) -> BillLine:
    return BillLine(kind=LineKind.FOREIGN, fen=fen, name_zh=name_zh, name_en=name_en)


def _earn_points(account_id: int, fen: int, now: datetime) -> None:
    """Credit what each month of the last two full years of points earned, when it was due."""
    profile = account_profiles([account_id])[account_id]
    # The points of a December are of the year in which they are credited.
    this_year = now.astimezone(SHANGHAI).year
    cycle = Cycle((this_year - YEARS_OF_POINTS - 1) * 100 + 12)
    while cycle.next.number // 100 < this_year:
        spent = Spending(
            account_id=account_id,
            charges={Charge.SERVICE: fen},
            customer_kind=profile.customer_kind,
            pay_type=profile.pay_type,
            mobile_or_bundle=True,
            month=months_with_us(profile, cycle),
        )
        earn([spent], cycle=cycle.number, now=cycle.end + CREDITED_AFTER)
        cycle = cycle.next
