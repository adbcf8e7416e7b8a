"""Deposits of bidders: held from general money, given back, or paid to charity.

Each is held once and settled once; a book of its own always has what is held, to the fen.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from wanhao.billing.books import Book
from wanhao.billing.contracts import JournalKind
from wanhao.billing.deposit_contracts import NEXT, DepositState, DepositView
from wanhao.billing.ledger import Draft, Line, general, general_balance, lock_accounts, post_new
from wanhao.billing.models import Deposit, Posting
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money


@transaction.atomic
def hold_deposit(account_id: int, amount_fen: int, reference: str, now: datetime) -> bool:
    """Hold so much of an account's general money, once per reference; False when it was before.

    WanhaoError when the account has less, or the reference was used for something else.
    """
    lock_accounts([account_id])
    known = Deposit.objects.filter(reference=reference).first()
    if known is not None:
        if (known.account_id, known.amount_fen) != (account_id, amount_fen):
            raise WanhaoError(
                f"Deposit '{reference}' was held with another amount or for another account.",
                "Give a new one a reference of its own.",
            )
        return False
    refuse_too_little(account_id, amount_fen)
    Deposit.objects.create(
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
        state=DepositState.HELD.value,
        held_at=now,
    )
    held = (general(account_id, -amount_fen), Line(Book.DEPOSITS, amount_fen))
    post_new(JournalKind.DEPOSIT, [Draft(reference=reference, lines=held)], now)
    return True


@transaction.atomic
def return_deposits(references: Collection[str], now: datetime) -> list[int]:
    """Give back those of the deposits that are held; returns the accounts that have more now."""
    rows = _locked(references)
    drafts = [
        Draft(
            reference=row.reference,
            lines=(
                Line(Book.DEPOSITS, -row.amount_fen),
                general(row.account_id, row.amount_fen),
            ),
        )
        for row in rows
    ]
    post_new(JournalKind.DEPOSIT_BACK, drafts, now)
    for row in rows:
        _settle(row, DepositState.RETURNED, now)
    return sorted({row.account_id for row in rows})


@transaction.atomic
def keep_deposits(references: Collection[str], now: datetime) -> int:
    """Those of the deposits that are held go to charity; returns how many fen that is."""
    rows = _locked(references)
    drafts = [
        Draft(
            reference=row.reference,
            lines=(Line(Book.DEPOSITS, -row.amount_fen), Line(Book.CHARITY, row.amount_fen)),
            memo="kept",
        )
        for row in rows
    ]
    post_new(JournalKind.CHARITY, drafts, now)
    for row in rows:
        _settle(row, DepositState.KEPT, now)
    return sum(row.amount_fen for row in rows)


@transaction.atomic
def pay_to_charity(
    account_id: int, amount_fen: int, reference: str, now: datetime, *, deposit: str = ""
) -> None:
    """Pay so much to charity: what is held as `deposit` counts, the rest is general money.

    WanhaoError when the account has less general money than the rest, or the reference was used.
    """
    lock_accounts([account_id])
    rows = [row for row in _locked([deposit]) if row.account_id == account_id]
    held = sum(row.amount_fen for row in rows)
    rest = amount_fen - held
    if rest < 0:
        raise WanhaoError(
            f"{Money(amount_fen)} is less than the deposit.", "Pay the whole price at once."
        )
    refuse_too_little(account_id, rest)
    lines = (
        Line(Book.DEPOSITS, -held),
        general(account_id, -rest),
        Line(Book.CHARITY, amount_fen),
    )
    post_new(JournalKind.CHARITY, [Draft(reference=reference, lines=lines)], now)
    for row in rows:
        _settle(row, DepositState.SPENT, now)


def refuse_too_little(account_id: int, amount_fen: int) -> None:
    """WanhaoError when an account has less general money than this."""
    has = general_balance(account_id)
    if has < amount_fen:
        raise WanhaoError(
            f"{Money(amount_fen)} of general money is needed, the account has {Money(has)}.",
            "Pay in what is missing, and ask again.",
        )


def deposits_of(references: Collection[str]) -> dict[str, DepositView]:
    """Deposits by their references; one that was never held is left out."""
    rows = Deposit.objects.filter(reference__in=set(references))
    return {
        row.reference: DepositView(
            account_id=row.account_id,
            amount_fen=row.amount_fen,
            reference=row.reference,
            state=DepositState(row.state),
        )
        for row in rows
    }


def charity_fen() -> int:
    """What was paid to charity so far, in fen."""
    rows = Posting.objects.filter(
        book=Book.CHARITY.value, transaction__kind=JournalKind.CHARITY.value
    )
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _locked(references: Collection[str]) -> list[Deposit]:
    """Those that are held, their accounts locked first, in one order; settled ones are left out."""
    wanted = {reference for reference in references if reference}
    held = Deposit.objects.filter(reference__in=wanted, state=DepositState.HELD.value)
    lock_accounts(set(held.values_list("account_id", flat=True)))
    return list(held.select_for_update().order_by("id"))


def _settle(row: Deposit, state: DepositState, now: datetime) -> None:
    assert state in NEXT[DepositState(row.state)]
    row.state, row.settled_at = state.value, now
    row.save(update_fields=["state", "settled_at"])
