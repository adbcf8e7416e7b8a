"""Whatever happens to accounts, in whatever order, by however many writers: no fen is lost.

Every balance is the sum of its postings at every moment, both sides of the ledger are equal, what
the papers say is what the books say, and doing again what was done changes nothing.
"""

import threading
import traceback
from collections import Counter

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TransactionTestCase

from tests.billing.examples import NOW, at_once, kept_and_summed, opened_accounts
from tests.billing.histories import ACCOUNTS, FACE, History, Step, histories
from wanhao.billing.models import (
    BalanceBucket,
    JournalTransaction,
    Payment,
    PaymentReturn,
    Posting,
    Voucher,
)
from wanhao.billing.statements import check_ledger, statement, trial_balance

WRITERS = 3
BY_CALENDAR = ("return", "lapse", "penalty")


class NoFenIsLostOrInvented(TransactionTestCase):
    """Histories written by one, and by several at the same time."""

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_by_one_writer(self, steps: list[Step]) -> None:
        history = History(opened_accounts(ACCOUNTS))
        for step in steps:
            history.take(step)
            assert check_ledger().faults == ()
        prove(history)

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_by_writers_at_the_same_time(self, steps: list[Step]) -> None:
        """Each writer takes every step, beginning elsewhere; a reader compares all the while."""
        history = History(opened_accounts(ACCOUNTS))
        broken: list[str] = []
        over = threading.Event()

        def write(shift: int) -> None:
            try:
                for place in range(len(steps)):
                    history.take(steps[(place + shift * len(steps) // WRITERS) % len(steps)])
            except Exception:
                broken.append(traceback.format_exc())

        def compare() -> None:
            while not over.is_set():
                broken.extend(map(str, check_ledger().faults))

        reader = threading.Thread(target=at_once, args=(compare,))
        reader.start()
        try:
            at_once(*[lambda shift=shift: write(shift) for shift in range(WRITERS)])
        finally:
            over.set()
            reader.join(60)
        assert broken == []
        prove(history)


def prove(history: History) -> None:
    """What must hold of any history, and hold as well when all that was done is done again.

    What the calendar brings may have become due since it was done, so it is done once more first.
    """
    for step in sorted((step for step in history.done if step[0] in BY_CALENDAR), key=str):
        history.take(step)
    done, before, books = list(history.done), everything(), books_as_papers_say(history)
    for step in done:
        history.take(step)
    assert history.done[len(done) :] == done
    assert (everything(), books_as_papers_say(history)) == (before, books)


def books_as_papers_say(history: History) -> dict[str, int]:
    kept, summed = kept_and_summed()
    assert kept == summed
    assert check_ledger().faults == ()
    assert trial_balance(NOW.replace(year=2100)).holds
    assert BalanceBucket.objects.filter(balance_fen__lt=0).count() == 0
    books = Counter(dict(Posting.objects.values_list("book").annotate(Sum("amount_fen"))))
    paid = Payment.objects.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    returned = PaymentReturn.objects.aggregate(fen=Sum("amount_fen"))["fen"] or 0
    clearing = sum(fen for book, fen in books.items() if book.startswith("clearing-"))
    assert -clearing == paid - returned
    redeemed = Voucher.objects.filter(payment__isnull=False).count()
    assert -books["clearing-voucher"] == redeemed * FACE
    customers = sum(books[kind] for kind in ("general", "gifted", "restricted", "prestored"))
    assert customers == sum(kept.values())
    first, last = NOW.date().replace(month=1), NOW.date().replace(year=2100)
    closings = [statement(key, "A", first, last).closing_fen for key in history.account_ids]
    assert sum(closings) == customers
    return dict(books)


def everything() -> tuple[object, ...]:
    """All that could have changed."""
    return (
        JournalTransaction.objects.count(),
        Posting.objects.count(),
        Payment.objects.count(),
        PaymentReturn.objects.count(),
        sorted(BalanceBucket.objects.values_list("id", "balance_fen", "returned_parts")),
    )
