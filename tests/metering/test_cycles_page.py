"""The numbers on the page about months, held against the kernel row by row."""

from dataclasses import replace

import numpy as np
import pytest

from tests.metering.customers import MONEY, Customer, fen, octets
from tests.metering.examples import CYCLE, NOVEMBER, fees_of, funds_of, terms_of
from tests.metering.pages import listed, rows_of
from wanhao.metering.closing import closed_cells
from wanhao.metering.cycles import CycleStep
from wanhao.metering.funding import RentStep

DECEMBER, DATA = 202612, 2
START = NOVEMBER + 30 * 86_400


def turned(customer, *pending):
    """December opens."""
    return customer.tell(CycleStep(cycle=DECEMBER, opens=True, pending=pending))


def use(customer, amount, *, start=NOVEMBER, sign=1):
    """A record of so much data, if it is any."""
    if octets(amount):
        customer.use(octets(amount), sign=sign, start=start)


def december(customer):
    """December's data cell."""
    ((cells, _),) = closed_cells(customer.state, DECEMBER)
    (row,) = np.flatnonzero(cells.service == DATA)
    return {name: int(getattr(cells, name)[row]) for name in cells.__dataclass_fields__}


@pytest.mark.parametrize("row", rows_of("cycles.md", "used in November"), ids=" ".join)
def test_what_is_left_rolls_over_and_follows_late_records(row):
    used, late, back, rolled = row
    customer = Customer(rolls=True)
    use(customer, used)
    turned(customer)
    use(customer, late)
    use(customer, back, sign=-1)
    assert december(customer)["rolled"] == octets(rolled)


@pytest.mark.parametrize("row", rows_of("cycles.md", "November"), ids=" ".join)
def test_rolled_over_data_that_disappears_is_made_up_for_by_the_plan(row):
    before, used, late, rolled, plan, beyond, yuan = row
    customer = Customer(rolls=True)
    use(customer, before)
    turned(customer)
    use(customer, used, start=START)
    use(customer, late)
    cell = december(customer)
    figures = (cell["rolled_used"], cell["plan_used"], cell["beyond"])
    assert figures == (octets(rolled), octets(plan), octets(beyond))
    assert customer.charged() == cell["charge"] == fen(yuan)


@pytest.mark.parametrize("row", rows_of("cycles.md", "plan in November"), ids=" ".join)
def test_a_changed_plan_takes_nothing_along(row):
    first, second, used, rolled, included = row
    customer = Customer(mb=octets(first) >> 20, rolls=True)
    use(customer, used)
    pending = []
    if second != "the same":
        size = octets(second.removeprefix("another of "))
        allowance = {**customer.terms.allowance, "data": size}
        other = replace(customer.terms, plan=2, allowance=allowance)
        pending = [terms_of(1, 1, other, DECEMBER)]
        customer.tell(pending[0])
    turned(customer, *pending)
    cell = december(customer)
    assert (cell["rolled"], cell["free"]) == (octets(rolled), octets(included))


@pytest.mark.parametrize("row", rows_of("cycles.md", "balance"), ids=" ".join)
def test_the_rent_is_taken_once_and_tells_who_falls_below(row):
    balance, rent, left, told = row
    customer = Customer()
    customer.tell(funds_of(1, fen(balance)))
    customer.tell(fees_of(1, CYCLE, 0, rent=fen(rent), rent_from=DECEMBER))
    assert turned(customer) == []
    parts = [RentStep(cycle=DECEMBER, part=part, parts=2) for part in (0, 1, 0, 1)]
    fired = [crossing for part in parts for crossing in customer.tell(part)]
    assert [crossing[2] for crossing in fired] == [100 * int(yuan) for yuan in listed(told)]
    assert MONEY - customer.charged() == fen(left)
