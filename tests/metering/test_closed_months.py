"""A month that is closed leaves the meter: only what it charged is still needed there."""

import numpy as np

from tests.metering.customers import MONEY, Customer
from tests.metering.examples import CYCLE, DAY, FIRST_NUMBER, NOVEMBER, columns, funds_of
from tests.metering.oracle import Record
from wanhao.metering.changing import Continue
from wanhao.metering.cycles import CycleStep
from wanhao.metering.folding import resolve
from wanhao.metering.meters import Refusal
from wanhao.metering.reviewing import ReviewStep

DECEMBER = 202612
MB = 1 << 20
ONE = np.array([1])


def customer_in_december():
    """One who used 600 MB of 500 in November, of which unused data rolls over."""
    customer = Customer(mb=500, rolls=True)
    customer.use(600 * MB)
    customer.tell(CycleStep(cycle=DECEMBER, opens=True))
    return customer


def close(customer, cycle=CYCLE):
    """The month takes no more records."""
    customer.tell(CycleStep(cycle=cycle, opens=False))


def used(customer, cycle):
    """Data that the kernel still has of a month."""
    state = customer.state
    return int(state.slot_of(cycle).totals[state.places_of(ONE), 2][0])


def test_what_was_used_is_dropped_and_what_was_charged_stays():
    customer = customer_in_december()
    charged = customer.charged()
    assert (used(customer, CYCLE), charged > 0) == (600 * MB, True)
    close(customer)
    assert (used(customer, CYCLE), customer.charged()) == (0, charged)
    assert customer.state.slot_of(CYCLE).baselines.base.shape == (1, 3)


def test_its_charges_are_paid_with_its_bill():
    customer = customer_in_december()
    charged = customer.charged()
    close(customer)
    customer.tell(funds_of(1, MONEY - charged, billed=CYCLE))
    assert customer.charged() == charged
    customer.tell(CycleStep(cycle=202701, opens=True))
    assert customer.charged() == charged


def test_data_that_rolled_over_stays_in_the_next_month():
    customer = Customer(mb=500, rolls=True)
    customer.use(100 * MB)
    customer.tell(CycleStep(cycle=DECEMBER, opens=True))
    close(customer)
    state, slot = customer.state, customer.state.current()
    cells = state.cells(slot, state.places_of(ONE), np.array([2]))
    assert (cells.rolled.tolist(), cells.free.tolist()) == ([400 * MB], [900 * MB])


def test_nothing_changes_in_it_any_more():
    customer = customer_in_december()
    close(customer)
    charged = customer.charged()
    assert customer.use(600 * MB) == []
    assert customer.tell(Continue(group=ONE, cycle=CYCLE)) == []
    assert customer.tell(ReviewStep(cycle=CYCLE, percent=100, part=0, parts=1)) == []
    assert (used(customer, CYCLE), customer.charged()) == (0, charged)


def test_a_month_that_closes_before_the_next_begins_hands_over_first():
    customer = Customer(mb=500, rolls=True)
    customer.use(100 * MB)
    close(customer)
    assert used(customer, CYCLE) == 100 * MB
    customer.tell(CycleStep(cycle=DECEMBER, opens=True))
    assert used(customer, CYCLE) == 0
    state = customer.state
    assert state.current().rolled[state.places_of(ONE)].tolist() == [400 * MB]


def test_a_late_record_is_refused_as_one_of_a_closed_month():
    customer = customer_in_december()
    close(customer)
    record = Record("msc-1", "9", FIRST_NUMBER, "data", "domestic", NOVEMBER, MB, 1)
    resolved = resolve(customer.state, columns([record]), NOVEMBER + 90 * DAY)
    assert resolved.refusal.tolist() == [Refusal.CYCLE_CLOSED]
