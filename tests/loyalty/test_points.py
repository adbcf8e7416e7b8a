"""Points are earned once, go oldest first, come back, expire; every one of them is explained."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tests.loyalty.examples import (
    NOW,
    assert_batches_are_the_sums_of_their_entries,
    at,
    give_points,
    left_by_year,
    opened_accounts,
    spent,
    worth,
)
from wanhao.loyalty.actions import earn, evaluate, expire, redeem, reverse_redemption
from wanhao.loyalty.contracts import Charge, Credited, EntryKind
from wanhao.loyalty.models import PointsBatch, PointsEntry, Redemption, RedemptionReversal
from wanhao.loyalty.queries import history, points_of
from wanhao.values.errors import WanhaoError


@pytest.fixture
def account(db: None) -> int:
    return opened_accounts(1)[0]


def test_a_month_is_credited_once(account: int) -> None:
    spending = [spent(account, 9900, bundle=True, month=30)]
    assert earn(spending, cycle=202611, now=NOW) == Credited(accounts=1, points=217)
    assert earn(spending, cycle=202611, now=NOW) == Credited(accounts=0, points=0)
    assert earn([spent(account, 99900)], cycle=202611, now=NOW) == Credited(accounts=0, points=0)

    (entry,) = history(account)
    assert (entry.kind, entry.points, entry.cycle) == (EntryKind.EARNED, 217, 202611)
    assert (entry.counted_fen, entry.reward_percent) == (9900, 120)
    assert (entry.day, entry.year) == (date(2026, 12, 6), 2026)


def test_months_of_a_year_share_a_batch(account: int) -> None:
    for cycle in (202610, 202611, 202612):
        earn([spent(account, 5000)], cycle=cycle, now=NOW)
    assert left_by_year(account) == {2026: 100, 2027: 50}
    assert_batches_are_the_sums_of_their_entries()


def test_what_earns_nothing_leaves_no_trace_and_may_earn_later(account: int) -> None:
    assert earn([spent(account, 99)], cycle=202611, now=NOW).accounts == 0
    assert not PointsBatch.objects.exists()
    assert earn([spent(account, 100)], cycle=202611, now=NOW).points == 1


def test_an_account_cannot_stand_in_a_list_twice(account: int) -> None:
    with pytest.raises(WanhaoError, match="there twice"):
        earn([spent(account, 100), spent(account, 100)], cycle=202611, now=NOW)


def test_the_star_multiplies_what_is_earned(account: int) -> None:
    evaluate([worth(account, 6000)], cycle=202610, now=at(2026, 11, 5))
    earn([spent(account, 10000)], cycle=202611, now=NOW)
    assert [entry.points for entry in history(account)] == [150]


def test_excluded_charges_are_told_apart(account: int) -> None:
    others = {Charge.PENALTY: 300, Charge.GIFT: 2000, Charge.ONE_OFF: 10000, Charge.AGENT: 50}
    earn([spent(account, 5000, others)], cycle=202611, now=NOW)
    assert [entry.counted_fen for entry in history(account)] == [5000]


def test_redeeming_twice_under_one_reference_takes_points_once(account: int) -> None:
    give_points(account, 2026, 500)
    wish = {"account_id": account, "item": "phone-bill", "reference": "R1", "now": NOW}
    made = redeem(**wish, quantity=2)
    again = redeem(**wish, quantity=2)

    assert (made.points, made.bill_fen, made.left, made.first) == (200, 200, 300, True)
    assert (again.redemption_id, again.left, again.first) == (made.redemption_id, 300, False)
    with pytest.raises(WanhaoError, match="something else"):
        redeem(**wish, quantity=3)
    assert left_by_year(account) == {2026: 300}


def test_a_repeated_wish_is_known_even_when_nothing_is_left_and_the_day_is_wrong(
    account: int,
) -> None:
    give_points(account, 2026, 100)
    wish = {"account_id": account, "item": "phone-bill", "reference": "R1"}
    redeem(**wish, now=at(2026, 12, 31))
    assert not redeem(**wish, now=at(2027, 1, 1)).first


def test_another_accounts_reference_is_refused(db: None) -> None:
    one, other = opened_accounts(2)
    for account in (one, other):
        give_points(account, 2026, 100)
    redeem(account_id=one, item="phone-bill", reference="R1", now=NOW)
    with pytest.raises(WanhaoError, match="something else"):
        redeem(account_id=other, item="phone-bill", reference="R1", now=NOW)
    assert left_by_year(other) == {2026: 100}


@pytest.mark.parametrize(
    ("item", "quantity", "reference", "told"),
    [
        ("moon", 1, "R1", "Nothing called 'moon'"),
        ("phone-bill", 0, "R1", "cannot be made"),
        ("phone-bill", 1, " ", "cannot be made"),
        ("phone-bill", 6, "R1", "600 points are asked for, the account has 500"),
    ],
)
def test_what_cannot_be_redeemed_is_refused(
    account: int, item: str, quantity: int, reference: str, told: str
) -> None:
    give_points(account, 2026, 500)
    with pytest.raises(WanhaoError, match=told):
        redeem(account_id=account, item=item, quantity=quantity, reference=reference, now=NOW)
    assert (left_by_year(account), Redemption.objects.count()) == ({2026: 500}, 0)


def test_the_phone_bill_takes_points_from_the_fifth_on(account: int) -> None:
    give_points(account, 2026, 500)
    with pytest.raises(WanhaoError, match="from day 5"):
        redeem(account_id=account, item="phone-bill", reference="R1", now=at(2026, 12, 4))


def test_points_are_good_until_the_last_minute_of_their_last_day(account: int) -> None:
    give_points(account, 2024, 500)
    wish = {"account_id": account, "item": "phone-bill"}
    redeem(**wish, reference="R1", now=at(2026, 12, 31, 23))
    with pytest.raises(WanhaoError, match="the account has 0"):
        redeem(**wish, reference="R2", now=at(2027, 1, 5))


def test_what_expires_goes_by_an_entry_that_counts_for_31_december(account: int) -> None:
    give_points(account, 2024, 500)
    give_points(account, 2025, 70)
    assert expire(at(2026, 12, 31, 23)) == 0
    assert expire(at(2027, 1, 1, 0)) == 1
    assert expire(at(2027, 1, 1, 1)) == 0

    assert left_by_year(account) == {2024: 0, 2025: 70}
    entry = history(account)[0]
    assert (entry.kind, entry.points) == (EntryKind.EXPIRED, -500)
    assert (entry.day, entry.year) == (date(2026, 12, 31), 2024)
    assert_batches_are_the_sums_of_their_entries()


def test_expiry_goes_in_small_steps(db: None) -> None:
    for account in opened_accounts(5):
        give_points(account, 2024, 10)
    now = at(2027, 1, 1)
    assert [expire(now, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert_batches_are_the_sums_of_their_entries()


def test_what_is_taken_back_returns_to_its_batches(account: int) -> None:
    give_points(account, 2025, 150)
    give_points(account, 2026, 150)
    redeem(account_id=account, item="phone-bill", quantity=2, reference="R1", now=NOW)
    assert left_by_year(account) == {2025: 0, 2026: 100}

    back = reverse_redemption(reference="R1", reversal="B1", now=NOW)
    assert (back.returned, back.expired, back.bill_fen, back.first) == (200, 0, 200, True)
    assert left_by_year(account) == {2025: 150, 2026: 150}
    assert not reverse_redemption(reference="R1", reversal="B1", now=NOW).first
    with pytest.raises(WanhaoError, match="taken back already"):
        reverse_redemption(reference="R1", reversal="B2", now=NOW)
    with pytest.raises(WanhaoError, match="no redemption 'R9'"):
        reverse_redemption(reference="R9", reversal="B3", now=NOW)
    assert left_by_year(account) == {2025: 150, 2026: 150}
    assert_batches_are_the_sums_of_their_entries()


def test_old_points_do_not_become_young_by_taking_back(account: int) -> None:
    give_points(account, 2024, 150)
    give_points(account, 2026, 150)
    redeem(account_id=account, item="phone-bill", quantity=2, reference="R1", now=NOW)

    back = reverse_redemption(reference="R1", reversal="B1", now=at(2027, 1, 6))
    assert (back.returned, back.expired) == (200, 150)
    assert left_by_year(account) == {2024: 0, 2026: 150}
    assert points_of([account], at(2027, 1, 6))[account].points == 150
    expired = [entry for entry in history(account) if entry.kind is EntryKind.EXPIRED]
    assert [(entry.points, entry.day) for entry in expired] == [(-150, date(2026, 12, 31))]
    assert_batches_are_the_sums_of_their_entries()


def test_one_reversal_cannot_take_back_two(account: int) -> None:
    give_points(account, 2026, 500)
    for reference in ("R1", "R2"):
        redeem(account_id=account, item="phone-bill", reference=reference, now=NOW)
    reverse_redemption(reference="R1", reversal="B1", now=NOW)
    with pytest.raises(WanhaoError, match="something else"):
        reverse_redemption(reference="R2", reversal="B1", now=NOW)
    assert left_by_year(account) == {2026: 400}


def test_points_tell_what_expires_when(account: int) -> None:
    give_points(account, 2025, 150)
    give_points(account, 2026, 200)
    view = points_of([account, 999_999], NOW)[account]
    assert view.points == 350
    assert [(batch.points, batch.expires) for batch in view.batches] == [
        (150, date(2027, 12, 31)),
        (200, date(2028, 12, 31)),
    ]


def test_history_goes_on_page_by_page(account: int) -> None:
    for year in (2024, 2025, 2026):
        give_points(account, year, 10)
    first = history(account, limit=2)
    rest = history(account, limit=2, before=first[-1].entry_id)
    assert [entry.year for entry in (*first, *rest)] == [2026, 2025, 2024]


@pytest.mark.parametrize("rows", [PointsEntry, Redemption, RedemptionReversal])
def test_the_database_refuses_to_rewrite_the_past(account: int, rows: type) -> None:
    give_points(account, 2026, 500)
    redeem(account_id=account, item="phone-bill", reference="R1", now=NOW)
    reverse_redemption(reference="R1", reversal="B1", now=NOW)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.objects.update(at=NOW)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.objects.all()._raw_delete("default")


def test_the_database_refuses_a_batch_below_nothing_and_an_entry_of_another_account(
    db: None,
) -> None:
    one, other = opened_accounts(2)
    give_points(one, 2026, 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointsBatch.objects.update(points=-1)
    batch = PointsBatch.objects.get()
    PointsEntry.objects.create(
        account_id=other, batch=batch, kind="expired", points=-1, day=NOW.date(), at=NOW
    )
    with pytest.raises(IntegrityError, match="points_in_a_batch_of_the_account"):
        connection.check_constraints()
