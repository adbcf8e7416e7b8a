"""Rent and fees around midnight of the 1st, as the page about months tells them."""

import numpy as np
import pytest

from tests.metering.customers import MONEY, Customer, fen
from tests.metering.examples import CYCLE, fees_of, funds_of
from tests.metering.pages import rows_of
from wanhao.metering.cycles import CycleStep
from wanhao.metering.funding import RentStep

DECEMBER, JANUARY = 202612, 202701
OLD, NEW = 4_900, 9_900
AFTER = {CYCLE: DECEMBER, DECEMBER: JANUARY}
MONTHS = {"November": CYCLE, "December": DECEMBER}


def tenant(rent=OLD):
    """A customer who pays this rent from December on."""
    customer = Customer()
    customer.tell(funds_of(1, MONEY))
    customer.tell(fees_of(1, CYCLE, 0, rent=rent, rent_from=DECEMBER))
    return customer


def ordered(cycle, fee=0, rent=NEW):
    """What is told of an order within a month: its fee, and the rent from the next month on."""
    return fees_of(1, cycle, fee, rent=rent, rent_from=AFTER[cycle])


def opens(cycle, *pending):
    """A month opens."""
    return CycleStep(cycle=cycle, opens=True, pending=pending)


def rents(cycle):
    """The rent of a month, for everybody."""
    return RentStep(cycle=cycle, part=0, parts=1)


def spent(customer):
    """What the customer was charged so far, in fen."""
    return MONEY - int(customer.state.left(customer.state.account_places_of(np.array([1])))[0])


def history(cycle, moment):
    """What the meter takes in when something is ordered in this month, through to January."""
    order = ordered(cycle)
    return {
        "before midnight": [order, opens(DECEMBER), rents(DECEMBER)],
        "before the month is opened": [order, opens(DECEMBER, order), rents(DECEMBER)],
        "after midnight, before the rent": [opens(DECEMBER), order, rents(DECEMBER)],
        "after midnight and the rent": [opens(DECEMBER), rents(DECEMBER), order],
    }[moment]


@pytest.mark.parametrize("row", rows_of("cycles.md", "reaches the meter"), ids=" ".join)
def test_each_month_costs_the_rent_that_held_when_it_began(row):
    moment, month, december, january = row
    customer = tenant()
    for facts in history(MONTHS[month], moment):
        customer.tell(facts)
    assert spent(customer) == fen(december)
    customer.tell(opens(JANUARY))
    customer.tell(rents(JANUARY))
    assert spent(customer) == fen(december) + fen(january)


def test_a_rent_that_falls_after_it_was_taken_is_given_back():
    customer = tenant(NEW)
    for facts in (opens(DECEMBER), rents(DECEMBER), ordered(CYCLE, rent=OLD)):
        customer.tell(facts)
    assert spent(customer) == OLD


def test_an_account_that_was_opened_before_midnight_and_told_of_after_it_pays_the_new_month():
    customer = Customer()
    for facts in (opens(DECEMBER), rents(DECEMBER), ordered(CYCLE, fee=163)):
        customer.tell(facts)
    assert spent(customer) == 163 + NEW


def test_several_orders_before_the_month_is_opened_take_its_old_rent_once():
    customer = tenant()
    orders = [ordered(DECEMBER, fee=100), ordered(DECEMBER, fee=20, rent=OLD + 1)]
    for facts in (*orders, opens(DECEMBER, *orders), rents(DECEMBER)):
        customer.tell(facts)
    assert spent(customer) == OLD + 120
    for facts in (opens(JANUARY), rents(JANUARY)):
        customer.tell(facts)
    assert spent(customer) == OLD + 120 + OLD + 1


def test_a_meter_that_was_away_for_two_months_takes_the_rent_of_both():
    customer = tenant()
    orders = {DECEMBER: ordered(DECEMBER, fee=1), CYCLE: ordered(CYCLE, rent=OLD + 50)}
    late = fees_of(1, JANUARY, 2, rent=NEW, rent_from=202702)
    for facts in (orders[CYCLE], orders[DECEMBER], late):
        customer.tell(facts)
    for facts in (opens(DECEMBER, orders[DECEMBER]), rents(DECEMBER)):
        customer.tell(facts)
    assert spent(customer) == OLD + 50 + 1
    for facts in (opens(JANUARY, late), rents(JANUARY)):
        customer.tell(facts)
    assert spent(customer) == OLD + 50 + 1 + NEW + 2
