"""Settle a dispute: the customer is answered, the records are released, and what was charged too
much comes back, all in one transaction."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.books import Book
from wanhao.billing.contracts import NewCredit
from wanhao.parties.queries import lines_live_or_ended
from wanhao.usage.disputes import DisputeView, Settlement, dispute_by_id, settle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.give_credit import give_credit

MOST_UNPRICED_FEN = 10_000
"""At most so much comes back for a record that was not charged singly: 100 yuan."""


@transaction.atomic
def settle_dispute(asked: Settlement, now: datetime, *, by: str) -> DisputeView:
    """Settle it once; a refund becomes general money of the line's account, as an adjustment of
    what was earned.

    WanhaoError as `usage.disputes.settle` says, for a refund above `most_refund_fen`, and as
    `billing.actions.record_credits` says.
    """
    settled = settle(asked, now, by=by)
    if settled.first and settled.refund_fen:
        _give_back(settled, now)
    return settled


def most_refund_fen(dispute: DisputeView) -> int:
    """What may come back for a record at most, in fen: its own charge where it has one."""
    if dispute.charge_fen is None:
        return MOST_UNPRICED_FEN
    return max(dispute.charge_fen, 0)


def account_of_dispute(dispute_id: int) -> int | None:
    """The account whose line disputes; None for a dispute there is not."""
    found = dispute_by_id(dispute_id)
    return None if found is None else _account_of(found)


def _give_back(settled: DisputeView, now: datetime) -> None:
    most = most_refund_fen(settled)
    if settled.refund_fen > most:
        raise WanhaoError(
            "More would be given back than this record may have cost.",
            "Give back no more than the page says.",
        )
    credit = NewCredit(
        account_id=_account_of(settled),
        amount_fen=settled.refund_fen,
        reference=f"dispute-{settled.dispute_id}",
        book=Book.ADJUSTMENT,
        memo=f"dispute {settled.dispute_id}",
    )
    give_credit([credit], now)


def _account_of(dispute: DisputeView) -> int:
    ((line, _),) = lines_live_or_ended([dispute.line_id])
    return line.account_id
