"""The numbers on the page about rating, held against the kernel row by row."""

from dataclasses import replace

import numpy as np
import pytest

from tests.metering.examples import (
    CARD,
    CYCLE,
    FIRST_NUMBER,
    JUMPS,
    LEXIANG,
    NAMES,
    NOVEMBER,
    PILES,
    PRICES,
    STEPS,
    count,
    funds_of,
    link_of,
    opened,
    step,
    terms_of,
    told,
)
from tests.metering.oracle import Pack, Record, Terms
from tests.metering.oracle_tariffs import Tariff
from tests.metering.pages import rows_of
from wanhao.metering.changing import Continue
from wanhao.metering.closing import closed_cells
from wanhao.metering.cycles import CycleStep

MONEY = 1_000_000
UNIT = {"KB": 1024, "MB": 1 << 20}
SCHEDULES = {"step": CARD, "3952": STEPS, "jump": JUMPS, "stack": PILES, "": LEXIANG}


class Customer:
    """One line on a plan with so much data."""

    def __init__(self, schedule=LEXIANG, mb=500, rolls=False):
        self.state = opened()
        self.number = 10
        self.terms = Terms(
            tariff=self.tariff(schedule),
            allowance={"voice": 0, "message": 0, "data": mb << 20},
            rolls=rolls,
        )
        self.tell(terms_of(1, 1, self.terms))
        self.tell(link_of(FIRST_NUMBER, 1, 0))
        self.tell(funds_of(1, MONEY))

    def tariff(self, schedule):
        """A tariff with this schedule, told."""
        self.number += 1
        tariff = Tariff(self.number + 100, 60, PRICES, schedule)
        step(self.state, told(tariff), self.number)
        return tariff

    def tell(self, facts):
        """Take in one position of facts."""
        self.number += 1
        return step(self.state, facts, self.number)

    def change(self, **what):
        """Other terms from here on."""
        self.terms = replace(self.terms, **what)
        return self.tell(terms_of(1, 1, self.terms))

    def use(self, octets, sign=1, service="data", zone="domestic", start=NOVEMBER):
        """One record."""
        record = Record("msc-1", "1", FIRST_NUMBER, service, zone, start, octets, sign)
        return count(self.state, [record])

    def charged(self):
        """Fen charged so far."""
        place = self.state.account_places_of(np.array([1]))
        return MONEY - int(self.state.left(place)[0])

    def do(self, what):
        """An action in the words of the page."""
        words = what.split()
        if words[0] == "use":
            self.use(octets(" ".join(words[1:])))
        elif words[0] == "take":
            self.use(octets(" ".join(words[2:])), sign=-1)
        elif words[0] == "pack":
            self.change(packs=[Pack(1, "data", octets(" ".join(words[1:])))])
        elif words[0] == "end":
            self.change(packs=[])
        elif words[0] == "3952":
            self.change(tariff=self.tariff(STEPS))
        elif what == "go on":
            self.tell(Continue(group=np.array([1]), cycle=CYCLE))
        else:
            raise ValueError(what)


def octets(told_):
    """An amount as the page writes it."""
    amount, unit = told_.split()
    return int(amount) * UNIT[unit]


def fen(yuan):
    """Yuan with two decimals, in fen."""
    return int(yuan.replace(".", ""))


@pytest.mark.parametrize("row", rows_of("rating.md", "beyond the plan"), ids=" ".join)
def test_data_beyond_lexiang_costs_what_the_page_says(row):
    beyond, yuan, stops = row
    customer = Customer(mb=0)
    fired = customer.use(octets(beyond))
    assert customer.charged() == fen(yuan)
    assert any(crossing[:1] + crossing[3:4] == ("step", 1) for crossing in fired) == (
        stops == "yes"
    )


CARDS = rows_of("rating.md", "mode", which=0)
LADDERS = rows_of("rating.md", "mode", which=1)


@pytest.mark.parametrize("row", CARDS, ids=" ".join)
def test_the_wireless_card_steps_up_where_paying_by_the_mb_reaches_the_next_fee(row):
    mode, used, yuan, tier = row
    customer = Customer(SCHEDULES[mode], mb=1024)
    fired = customer.use(octets(used))
    assert 8_000 + customer.charged() == fen(yuan)
    assert steps(fired) == list(range(1, int(tier) + 1))


@pytest.mark.parametrize("row", LADDERS, ids=" ".join)
def test_each_way_to_upgrade_costs_what_the_page_says(row):
    mode, beyond, yuan, tier = row
    customer = Customer(SCHEDULES[mode], mb=0)
    fired = customer.use(octets(beyond))
    assert customer.charged() == fen(yuan)
    assert steps(fired) == list(range(1, int(tier) + 1))


@pytest.mark.parametrize("row", rows_of("rating.md", "used (MB)"), ids=" ".join)
def test_allowances_are_used_in_their_order(row):
    used, rolled, pack, plan, beyond = map(int, row)
    customer = Customer(rolls=True)
    customer.use(400 << 20)
    customer.tell(CycleStep(cycle=202612, opens=True))
    customer.change(packs=[Pack(1, "data", 50 << 20)])
    if used:
        customer.use(used << 20, start=NOVEMBER + 31 * 86_400)
    ((cells, packs),) = closed_cells(customer.state, 202612)
    (data,) = np.flatnonzero(cells.service == NAMES.index("data"))
    taken = (cells.rolled_used[data], packs.used[0], cells.plan_used[data], cells.beyond[data])
    assert [int(amount) >> 20 for amount in taken] == [rolled, pack, plan, beyond]


@pytest.mark.parametrize(
    "head",
    [
        "pack after overage",
        "pack that ends",
        "3952 in mid-month",
        "goes on after the stop",
        "taken back",
    ],
)
def test_terms_that_change_within_a_month_charge_what_the_page_says(head):
    customer, seen = Customer(), []
    rows = rows_of("rating.md", head)
    for what, _ in rows:
        customer.do(what)
        seen.append((what, customer.charged()))
    assert seen == [(what, fen(yuan)) for what, yuan in rows]


@pytest.mark.parametrize("row", rows_of("rating.md", "zone"), ids=" ".join)
def test_use_abroad_costs_its_zones_price(row):
    zone, service, used, yuan = row
    amount, unit = used.split()
    customer = Customer(mb=0)
    customer.use(int(amount) * UNIT.get(unit, 1), service=service, zone=zone)
    assert customer.charged() == fen(yuan)


def steps(fired):
    """The tiers that were told."""
    return [crossing[4] for crossing in fired if crossing[0] == "step" and crossing[3] == 0]
