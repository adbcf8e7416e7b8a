"""Shares of a month, for any month and any day."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from wanhao.products import rules
from wanhao.products.catalogue import read_catalogue
from wanhao.values.cycle import SHANGHAI, Cycle

PLAN = {one.code: one for one in read_catalogue()}["lexiang-4g-59"]
cycles = st.builds(
    lambda year, month: Cycle(year * 100 + month), st.integers(2015, 2040), st.integers(1, 12)
)
minutes = st.integers(0, 31 * 24 * 60 - 1)


@given(cycles, minutes, st.integers(0, 100_000))
def test_a_first_month_never_costs_more_than_a_whole_one(
    cycle: Cycle, minute: int, fee: int
) -> None:
    since = min(cycle.start + timedelta(minutes=minute), cycle.end - timedelta(seconds=1))
    days = rules.days_held(since, None, cycle)
    of_days = rules.days_of(cycle)
    assert days == of_days + 1 - since.astimezone(SHANGHAI).day
    share = rules.share_of_fee(fee, days, of_days)
    assert 0 <= share <= fee
    assert abs(share * of_days - fee * days) * 2 <= of_days
    assert -(-fee * days // of_days) == rules.share_of_allowance(fee, days, of_days) <= fee


@given(cycles, minutes)
def test_two_that_meet_within_a_month_owe_together_what_one_owes(cycle: Cycle, minute: int) -> None:
    meet = min(cycle.start + timedelta(minutes=minute), cycle.end - timedelta(seconds=1))
    old, later = cycle.start - timedelta(days=400), None
    first, days, of_days = rules.fee_in(PLAN, old, meet, cycle)
    second, rest, _ = rules.fee_in(PLAN, meet, later, cycle)
    assert days + rest == of_days
    assert abs(first + second - PLAN.fee_fen) <= 1


@given(cycles, st.integers(1, 28))
def test_february_and_every_other_month_have_their_days(cycle: Cycle, day: int) -> None:
    of_days = (cycle.end - cycle.start).days
    assert rules.days_of(cycle) == of_days
    since = cycle.start + timedelta(days=day - 1)
    whole = rules.fee_in(PLAN, since, None, cycle.next)
    assert whole == (PLAN.fee_fen, rules.days_of(cycle.next), rules.days_of(cycle.next))


@given(cycles, minutes)
def test_what_ends_by_itself_ends_after_it_began(cycle: Cycle, minute: int) -> None:
    since = min(cycle.start + timedelta(minutes=minute), cycle.end - timedelta(seconds=1))
    for offering in read_catalogue()[-20:]:
        until = rules.end_of(offering, since)
        assert until is None or until > since
