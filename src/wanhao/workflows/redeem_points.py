"""Redeem points: what comes off the phone bill becomes gifted money, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, NewCredit
from wanhao.loyalty import actions as loyalty
from wanhao.loyalty.contracts import RedemptionResult, ReversalResult
from wanhao.values.cycle import Cycle
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def redeem_points(
    account_id: int, item: str, quantity: int, reference: str, now: datetime
) -> RedemptionResult:
    """Redeem once per reference; WanhaoError as `loyalty.actions.redeem` says."""
    made = loyalty.redeem(
        account_id=account_id, item=item, quantity=quantity, reference=reference, now=now
    )
    if made.first and made.bill_fen:
        credit = NewCredit(
            account_id=account_id,
            amount_fen=made.bill_fen,
            reference=f"points-{reference}",
            book=Book.POINTS,
            kind=BalanceKind.GIFTED,
        )
        give_credit([credit], now)
    return made


@transaction.atomic
def take_back_redemption(reference: str, reversal: str, now: datetime) -> ReversalResult:
    """Take a redemption back once; what came off the phone bill is charged again.

    WanhaoError as `loyalty.actions.reverse_redemption` says.
    """
    back = loyalty.reverse_redemption(reference=reference, reversal=reversal, now=now)
    if back.first and back.bill_fen:
        charge = AccountCharge(
            account_id=back.account_id, by_book={Book.ADJUSTMENT.value: back.bill_fen}
        )
        charged = f"points-back-{reversal}"
        charge_accounts([charge], cycle=Cycle.of(now).number, reference=charged, now=now)
        tell_funds([back.account_id])
    return back
