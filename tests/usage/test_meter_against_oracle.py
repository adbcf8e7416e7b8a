"""The whole meter beside the plain loop: what comes twice, in conflict, late, or is taken back.

Both are given the same facts and the same files in the same order, over a turn of the month; in the
end they agree on every record's fate, on every total, and on every fen.
"""

import random
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.metering.oracle import SERVICES, Oracle, Pack, Record, Terms
from tests.metering.oracle_tariffs import Schedule, Tariff
from tests.usage.months import CLOSING, MIDNIGHT, NOVEMBER
from tests.usage.operators import MB, NOW, START, drop, meter, pack, settle, tell
from tests.usage.random_operators import TARIFFS, operator
from wanhao.usage import queries
from wanhao.usage.actions import settle_late_usage
from wanhao.usage.contracts import (
    ContinueFact,
    FeesFact,
    FundsFact,
    GroupFact,
    LineFact,
    TariffFact,
)
from wanhao.usage.models import LateUsage
from wanhao.usage.view.reader import LocalReader

pytestmark = pytest.mark.django_db(transaction=True)
AFTER_CLOSE = CLOSING + timedelta(hours=1)
NOBODYS = 16_999_999_999


def as_tariff(fact):
    """A tariff as the plain loop knows it."""
    told = fact.schedule
    schedule = None
    if told is not None:
        schedule = Schedule(
            mode=told.mode.value,
            price=told.price_fen_per_mb,
            tiers=told.tiers,
            cap=told.cap_fen,
            stop_mb=told.stop_mb,
            announces=told.announces,
        )
    price = {zone: dict(zip(SERVICES, prices, strict=True)) for zone, prices in fact.prices.items()}
    return Tariff(number=fact.number, unit=fact.voice_unit, price=price, schedule=schedule)


KNOWN = {fact.number: as_tariff(fact) for fact in TARIFFS}


def as_terms(fact):
    """A group's terms as the plain loop knows them."""
    quantities = (fact.voice_allowance, fact.message_allowance, fact.data_allowance)
    packs = [
        Pack(one.pack_id, one.service.value, one.quantity, one.rank, one.rolls, one.renews)
        for one in fact.packs
    ]
    allowance = dict(zip(SERVICES, quantities, strict=True))
    return Terms(KNOWN[fact.tariff], allowance, fact.plan, fact.rolls, packs)


class PlainLoop:
    """The oracle, told of facts and rows as the meter is; November never closes for it."""

    def __init__(self):
        self.oracle = Oracle([NOVEMBER - 1, NOVEMBER], (80, 100), (1500, 500), (80, 100))
        self.oracle.close(NOVEMBER - 1)
        self.number = 0
        self.took_back = set()

    def tell(self, facts):
        """The same facts in the same order."""
        for fact in facts:
            self.number += 1
            self._tell(fact)

    def _tell(self, fact):
        oracle = self.oracle
        match fact:
            case GroupFact(cycle=cycle) if cycle == NOVEMBER:
                oracle.group(fact.group_id, fact.account_id, as_terms(fact), self.number)
            case LineFact():
                oracle.link(fact.number, fact.group_id, fact.since)
            case FundsFact():
                fen, limit = fact.spendable_fen, fact.credit_fen
                oracle.funds(fact.account_id, fen, 0, self.number, limit)
            case FeesFact():
                rent = (fact.rent_fen, fact.rent_from)
                oracle.fees(fact.account_id, fact.cycle, fact.fee_fen, *rent, self.number)
            case ContinueFact():
                oracle.go_on(fact.group_id, self.number)

    def count(self, rows):
        """The same rows in the same order."""
        for row in rows:
            names = ("source", "number", "service", "zone", "start", "quantity", "sign")
            known = {name: row[name] for name in names}
            record = Record(id=str(row["record_id"]), fen=row["charge_fen"], **known)
            if record.sign < 0:
                self.took_back.add(self.oracle._holder(record))
            self.oracle.record(record)

    def came_to(self):
        """Units and fen of every group, zone and service in which there are any."""
        cells = {
            (group, *key): (cell.total, month.charge(key))
            for group, known in self.oracle.groups.items()
            for month in [known.months[NOVEMBER]]
            for key, cell in month.cells.items()
        }
        return {key: figures for key, figures in cells.items() if any(figures)}

    def fates(self):
        """How many were metered, known already, put aside."""
        return self.oracle.metered, self.oracle.duplicate, self.oracle.quarantined

    def plan_data_used(self):
        """Octets that each group took of its plan, never less than none."""
        cells = {g: known.months[NOVEMBER].cell("data") for g, known in self.oracle.groups.items()}
        return {group: max(cell.used()["plan", 0], 0) for group, cell in cells.items()}

    def left(self):
        """What each watched account has left, in fen."""
        watched = {a for a, known in self.oracle.accounts.items() if known.spendable is not None}
        return {account: self.oracle.left(account) for account in watched}


class Both:
    """The meter and the plain loop side by side; the meter is stopped now and then."""

    def __init__(self, folder, chance):
        self.folder, self.chance, self.loop = folder, chance, PlainLoop()
        self.now, self.files, self.given = NOW, 0, []
        self.meter = self._up()

    def _up(self):
        return meter(
            self.folder,
            clock=lambda: self.now,
            batch_rows=self.chance.choice((1, 5, 1000)),
            snapshot_every=self.chance.choice((1, 3, 50)),
        )

    def tell(self, facts):
        """Tell both, and let the meter take it in."""
        tell(*facts)
        self.loop.tell(facts)
        settle(self.meter)

    def deliver(self, rows):
        """Files of some rows each, with some that were given before."""
        rest = self.noisy(rows)
        while rest:
            size = self.chance.randint(1, len(rest))
            piece, rest = rest[:size], rest[size:]
            self.files += 1
            ending = self.chance.choice((".csv", ".csv.gz", ".parquet"))
            drop(self.folder, f"{self.files}{ending}", piece)
            settle(self.meter)
            self.loop.count(piece)
            if self.chance.random() < 0.3:
                self.meter.stop()
                self.meter = self._up()

    def noisy(self, rows):
        """These rows in any order; in between some come again, some in conflict, some of nobody."""
        mixed = []
        for row in self.chance.sample(rows, len(rows)):
            mixed.append(row)
            self.given.append(row)
            again = self.chance.choice(self.given)
            kind = self.chance.random()
            if kind < 0.2:
                mixed.append(again)
            elif kind < 0.3:
                mixed.append({**again, "quantity": again["quantity"] + 1})
            elif kind < 0.35:
                mixed.append({**row, "record_id": f"n-{row['record_id']}", "number": NOBODYS})
        return mixed

    def turn(self, instant):
        """Time passes: what is due then opens and closes."""
        self.now = instant
        settle(self.meter)

    def plan_data_used(self):
        """What readers of the meter are told of the same."""
        found = LocalReader(self.meter.folders.root).uses_of(sorted(self.loop.plan_data_used()))
        return {group: max(use.plan_data_used, 0) for group, use in found.items()}

    def left(self):
        """What the meter says each watched account has left, in fen."""
        accounts = sorted(self.loop.left())
        places = self.meter.state.account_places_of(np.array(accounts, np.int64))
        return dict(zip(accounts, self.meter.state.left(places).tolist(), strict=True))


def changes(world, chance):
    """In mid-month: packs, other tariffs, data again after a stop, cards that move."""
    groups = [f for f in world.facts if isinstance(f, GroupFact) and f.cycle == NOVEMBER]
    numbers = [fact.number for fact in world.facts if isinstance(fact, LineFact)]
    told = []
    for group in chance.sample(groups, len(groups) // 2):
        bought = pack(90, quantity=chance.choice((1, 20 * MB, 300 * MB)), rolls=True)
        tariff = chance.choice((group.tariff, chance.choice(TARIFFS).number))
        told.append(replace(group, tariff=tariff, packs=(*group.packs, bought)))
    told += gifts([*groups, *told], chance)
    told += [ContinueFact(group_id=chance.choice(groups).group_id, cycle=NOVEMBER)]
    moved = chance.sample(numbers, len(numbers) // 3)
    told += [
        LineFact(
            number=number,
            group_id=chance.choice(groups).group_id,
            since=START + chance.randint(0, 3000),
        )
        for number in moved
    ]
    return told


def gifts(terms, chance):
    """Some give data of their plan to others, as far as the plan has it, used already or not."""
    now = {one.group_id: one for one in terms}
    told = []
    for number in range(3):
        giver, receiver = chance.sample(sorted(now), 2)
        octets = min(chance.choice((1, 30 * MB, 450 * MB)), now[giver].data_allowance)
        gift = pack(100 + number, quantity=octets, rank=0)
        now[giver] = replace(now[giver], data_allowance=now[giver].data_allowance - octets)
        now[receiver] = replace(now[receiver], packs=(*now[receiver].packs, gift))
        told += [now[giver], now[receiver]]
    return told


def came_to():
    """Units and fen by group, zone and service: the closed month and what came after its close."""
    found = {}
    for line in queries.closed_usage(NOVEMBER, 1, 1000):
        found[line.group_id, line.zone, line.service.value] = (line.total, line.charge_fen)
    for row in LateUsage.objects.exclude(zone="free"):
        key = (row.group_id, row.zone, row.service)
        units, fen = found.get(key, (0, 0))
        found[key] = (units + row.units, fen + row.fen - row.sign * row.priced)
    return {key: figures for key, figures in found.items() if any(figures)}


@pytest.mark.parametrize("seed", range(6))
def test_the_meter_and_the_plain_loop_agree_to_the_fen(tmp_path, seed):
    chance = random.Random(2_000 + seed)
    world = operator(chance, records=90)
    both = Both(tmp_path, chance)
    tariffs = [fact for fact in world.facts if isinstance(fact, TariffFact)]
    assert {fact.number for fact in tariffs} == set(KNOWN)
    both.tell(world.facts)
    both.turn(MIDNIGHT - timedelta(minutes=1))
    both.deliver(world.records[:30])
    both.tell(changes(world, chance))
    both.deliver(world.records[30:60])
    assert both.left() == both.loop.left()
    taken, told = both.loop.plan_data_used(), both.plan_data_used()
    assert all(told[group] >= octets for group, octets in taken.items())
    straight = taken.keys() - both.loop.took_back
    assert {g: told[g] for g in straight} == {g: taken[g] for g in straight}
    both.turn(AFTER_CLOSE)
    both.deliver(world.records[60:])
    while settle_late_usage(AFTER_CLOSE, chance.randint(1, 20)):
        pass
    assert came_to() == both.loop.came_to()
    status = queries.meter_status(AFTER_CLOSE)
    assert (status.metered, status.duplicate, status.quarantined) == both.loop.fates()
    assert LateUsage.objects.exists()
    both.meter.stop()
