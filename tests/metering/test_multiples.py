"""Each further 100 per cent of an allowance, as the page about counting tells it."""

import numpy as np
import pytest

from tests.metering.customers import Customer
from tests.metering.examples import CYCLE, NAMES
from tests.metering.oracle import Pack
from tests.metering.pages import listed, rows_of
from wanhao.metering.changing import Continue
from wanhao.metering.rating import rate
from wanhao.metering.state import Watched

MB = 1 << 20
FURTHER = (80, 100, *range(200, 3_001, 100))


def watched(mb):
    """A customer with so much data, for whom every multiple is watched."""
    customer = Customer(mb=mb)
    customer.tell(Watched(usage=((80, 100), (80, 100), FURTHER), money=()))
    return customer


def done(customer, what):
    """What is fired by one step of the page."""
    words = what.split()
    match words:
        case ["use", amount, "MB"]:
            return customer.use(int(amount) * MB)
        case ["take", "back", amount, "MB"]:
            return customer.use(int(amount) * MB, sign=-1)
        case ["pack", "of", amount, "MB"]:
            pack = Pack(1, "data", int(amount) * MB)
            return customer.change(packs=[*customer.terms.packs, pack])
        case ["pack", "of", amount, "minutes"]:
            pack = Pack(2, "voice", int(amount))
            return customer.change(packs=[*customer.terms.packs, pack])
        case ["go", "on", *_]:
            return customer.tell(Continue(group=np.array([1]), cycle=CYCLE))
    raise ValueError(what)


def share(customer):
    """MB used, and of how many."""
    state, slot = customer.state, customer.state.current()
    cells = state.cells(slot, state.places_of(np.array([1])), np.array([NAMES.index("data")]))
    rated = rate(state, slot, cells, slot.totals.at(cells.place, cells.service))
    return int(rated.used[0]) // MB, int(rated.allowance[0]) // MB


def told(fired):
    """The per cents of data among what was fired, in order."""
    return sorted(one[4] for one in fired if one[:3] == ("usage", 1, "data"))


STEPS = rows_of("counting.md", "what happens")


@pytest.mark.parametrize("last", range(len(STEPS)), ids=[row[0] for row in STEPS])
def test_the_count_begins_anew_where_allowances_change(last):
    customer, fired = watched(100), []
    for what, *_ in STEPS[: last + 1]:
        fired = done(customer, what)
    _, used, size, percents = STEPS[last]
    assert share(customer) == (int(used), int(size))
    assert told(fired) == [int(percent) for percent in listed(percents)]


def test_each_multiple_is_told_once_each_time_the_count_begins():
    customer, seen = watched(100), []
    for what, *_ in STEPS:
        seen += [one for one in done(customer, what) if one[0] == "usage"]
    again = seen[-1]
    assert [one for one in seen if seen.count(one) > 1] == [again, again]


@pytest.mark.parametrize("row", rows_of("counting.md", "of (MB)"), ids=" ".join)
def test_every_multiple_in_a_jump_is_told(row):
    size, uses, percents = row
    customer = watched(int(size))
    fired = [one for amount in listed(uses) for one in customer.use(int(amount) * MB)]
    expected = []
    for cell in listed(percents):
        first, _, last = cell.partition(" to ")
        expected += range(int(first), int(last or first) + 1, 100)
    assert told(fired) == expected
