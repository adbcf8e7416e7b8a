"""Whatever concurrent writers do, every batch is the sum of its entries and never below nothing."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from tests.loyalty.examples import (
    assert_batches_are_the_sums_of_their_entries,
    at,
    at_once,
    give_points,
    left_by_year,
    opened_accounts,
    spent,
    star_for_account,
)
from wanhao.loyalty.actions import earn, expire, redeem, reverse_redemption, use_right
from wanhao.loyalty.contracts import EntryKind
from wanhao.loyalty.models import PointsBatch, PointsEntry, Redemption
from wanhao.loyalty.queries import points_of
from wanhao.values.errors import WanhaoError

# Old and young points stand beside each other, and the years turn while they move.
TIMES = [at(2026, 12, 20), at(2026, 12, 31, 23), at(2027, 1, 6), at(2028, 1, 6)]
STEP = st.tuples(
    st.sampled_from(["earn", "redeem", "back", "expire"]),
    st.integers(0, 1),
    st.integers(0, 3),
    st.integers(1, 400),
)
Step = tuple[str, int, int, int]


def earn_step(account: int, number: int, amount: int) -> None:
    cycle = (202401, 202506, 202612, 202711)[number]
    earn([spent(account, amount * 100)], cycle=cycle, now=TIMES[number])


def redeem_step(account: int, number: int, amount: int) -> None:
    redeem(
        account_id=account,
        item="phone-bill",
        quantity=1 + amount // 100,
        reference=f"R{account}-{number}",
        now=TIMES[number],
    )


def back_step(account: int, number: int, amount: int) -> None:
    reverse_redemption(
        reference=f"R{account}-{number}",
        reversal=f"B{account}-{number}-{amount % 2}",
        now=TIMES[amount % 4],
    )


def expire_step(account: int, number: int, amount: int) -> None:
    expire(TIMES[number], limit=1 + amount % 2)


STEPS = {"earn": earn_step, "redeem": redeem_step, "back": back_step, "expire": expire_step}


def assert_nothing_was_lost() -> None:
    assert_batches_are_the_sums_of_their_entries()
    assert not PointsBatch.objects.filter(points__lt=0).exists()
    earned = PointsEntry.objects.filter(kind=EntryKind.EARNED.value)
    keys = list(earned.values_list("account_id", "cycle"))
    assert len(keys) == len(set(keys))
    redeemed = PointsEntry.objects.filter(kind=EntryKind.REDEEMED.value)
    sums = dict(redeemed.values_list("redemption_id").annotate(sum=Sum("points")))
    assert sums == {made.pk: -made.points for made in Redemption.objects.all()}
    returned = PointsEntry.objects.filter(kind=EntryKind.RETURNED.value)
    backs = dict(returned.values_list("redemption_id").annotate(sum=Sum("points")))
    assert all(points == -sums[made] for made, points in backs.items())


class BatchesAreTheSumsOfTheirEntries(TransactionTestCase):
    @settings(max_examples=20)
    @given(st.lists(STEP, min_size=3, max_size=16))
    def test_under_concurrent_writers(self, steps: list[Step]) -> None:
        accounts = opened_accounts(2)
        for account in accounts:
            give_points(account, 2024, 250)
            give_points(account, 2025, 250)
        refused: list[str] = []

        def work(shift: int) -> None:
            for place in range(len(steps)):
                kind, account, number, amount = steps[(place + shift) % len(steps)]
                try:
                    STEPS[kind](accounts[account], number, amount)
                except WanhaoError as error:
                    refused.append(error.message)

        at_once(*[lambda shift=shift: work(shift) for shift in range(3)])
        assert_nothing_was_lost()
        known = ("has", "something else", "no redemption", "already")
        assert all(any(word in told for word in known) for told in refused), refused


@pytest.mark.django_db(transaction=True)
def test_many_at_once_cannot_redeem_more_than_there_is() -> None:
    (account,) = opened_accounts(1)
    give_points(account, 2026, 1000)

    def spend(name: int) -> Callable[[], None]:
        def run() -> None:
            for turn in range(5):
                with suppress(WanhaoError):
                    reference = f"R{name}-{turn}"
                    redeem(account_id=account, item="phone-bill", reference=reference, now=TIMES[0])

        return run

    at_once(*[spend(name) for name in range(4)])
    assert (left_by_year(account), Redemption.objects.count()) == ({2026: 0}, 10)
    assert_nothing_was_lost()


@pytest.mark.django_db(transaction=True)
def test_the_same_wish_at_the_same_time_is_one() -> None:
    (account,) = opened_accounts(1)
    give_points(account, 2026, 1000)
    wish = {"account_id": account, "item": "phone-bill", "reference": "R1", "now": TIMES[0]}
    at_once(*[lambda: redeem(**wish) and None for _ in range(4)])
    assert points_of([account], TIMES[0])[account].points == 900


@pytest.mark.django_db(transaction=True)
def test_lists_in_opposite_order_credit_everybody_once() -> None:
    accounts = opened_accounts(60)

    def credit(order: list[int]) -> None:
        earn([spent(account, 500) for account in order], cycle=202611, now=TIMES[0])

    at_once(lambda: credit(accounts), lambda: credit(accounts[::-1]), lambda: credit(accounts))
    assert {points.points for points in points_of(accounts, TIMES[0]).values()} == {5}
    assert_nothing_was_lost()


@pytest.mark.django_db(transaction=True)
def test_a_right_is_not_used_more_often_than_it_may_by_many_at_once() -> None:
    (account,) = opened_accounts(1)
    star_for_account(account, 4)
    used: list[int | None] = []

    def use(name: int) -> None:
        for turn in range(3):
            with suppress(WanhaoError):
                reference = f"U{name}-{turn}"
                now = TIMES[0]
                done = use_right(
                    account_id=account, code="card-change", reference=reference, now=now
                )
                used.append(done.left)

    at_once(*[lambda name=name: use(name) for name in range(4)])
    assert sorted(used) == [0, 1]
