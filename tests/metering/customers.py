"""One customer of the pages: a line on a plan with so much data, and what happens to it."""

from dataclasses import replace

import numpy as np

from tests.metering.examples import (
    CARD,
    CYCLE,
    FIRST_NUMBER,
    JUMPS,
    LEXIANG,
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
from wanhao.metering.changing import Continue

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
