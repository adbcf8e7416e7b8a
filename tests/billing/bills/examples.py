"""Accounts, lines and bills, as the tests of bills need them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from tests.parties.examples import a_line, an_account
from wanhao.billing.actions import open_balances
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import (
    Allowance,
    AllowanceKind,
    BillDraft,
    BillLine,
    Issued,
    LineKind,
    NewBillItem,
    Upgrade,
    UpgradeMode,
)
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import PayType

NOVEMBER = 202611
CLOSED = datetime(2026, 12, 4, 1, 0, tzinfo=UTC)
MB = 1 << 20


def opened(count: int, pay_type: PayType = PayType.POSTPAID) -> list[int]:
    """Accounts A0, A1, ... with a balance of nothing; returns their ids."""
    orders = [
        an_account(f"A{place}", (a_line(16907910000 + place),), pay_type=pay_type)
        for place in range(count)
    ]
    account_ids = [account.account_id for account in open_accounts(orders)]
    open_balances(account_ids, CLOSED)
    return account_ids


def rent(fen: int = 5900, days: int = 30, group_id: int = 0) -> BillLine:
    return BillLine(
        kind=LineKind.RENT,
        fen=fen,
        group_id=group_id,
        code="lexiang-4g-59",
        name_zh="乐享4G 59元套餐",
        name_en="Lexiang 4G 59",
        days=days,
        of_days=30,
    )


def calls(fen: int = 750, used: int = 150, beyond: int = 50) -> BillLine:
    return BillLine(
        kind=LineKind.VOICE,
        fen=fen,
        zone="domestic",
        voice_unit=60,
        used=used,
        beyond=beyond,
        price_fen=15,
        allowances=(
            Allowance(kind=AllowanceKind.PLAN, quantity=100, used=min(used - beyond, 100)),
        ),
    )


def surfing() -> BillLine:
    """1.5 GB: 100 MB rolled over, a pack of 300 MB, 500 MB of the plan, 636 MB beyond."""
    return BillLine(
        kind=LineKind.DATA,
        fen=6000,
        zone="domestic",
        used=1536 * MB,
        beyond=636 * MB,
        price_fen=30,
        upgrade=Upgrade(mode=UpgradeMode.STACK, tier=0, fee_fen=3000, quota_mb=500, cap_fen=60000),
        allowances=(
            Allowance(kind=AllowanceKind.ROLLED, quantity=100 * MB, used=100 * MB),
            Allowance(
                kind=AllowanceKind.PACK,
                quantity=300 * MB,
                used=300 * MB,
                name_zh="300MB加油包",
                name_en="300 MB pack",
            ),
            Allowance(kind=AllowanceKind.PLAN, quantity=500 * MB, used=500 * MB),
        ),
    )


def draft(account_id: int, *lines: BillLine, cycle: int = NOVEMBER) -> BillDraft:
    return BillDraft(account_id=account_id, cycle=cycle, lines=lines)


def issued(
    account_ids: Sequence[int], *lines: BillLine, cycle: int = NOVEMBER, now: datetime = CLOSED
) -> Issued:
    """The same bill for each of the accounts."""
    return issue_bills([draft(one, *lines, cycle=cycle) for one in account_ids], now)


def an_item(
    account_id: int,
    fen: int = -500,
    reference: str = "credit-1",
    kind: LineKind = LineKind.CREDIT,
    **explanation: str | int,
) -> NewBillItem:
    return NewBillItem(
        account_id=account_id, reference=reference, kind=kind, fen=fen, explanation=explanation
    )
