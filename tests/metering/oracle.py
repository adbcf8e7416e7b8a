"""A slow, plain, obviously right meter: one record after another, in plain Python integers."""

import copy
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from tests.metering.oracle_allowances import Bucket, Cell
from tests.metering.oracle_money import Account, Money, marks_of
from tests.metering.oracle_tariffs import cost, tier

SHANGHAI = timezone(timedelta(hours=8))
SERVICES = ("voice", "message", "data")
ZONES = ("domestic", "hk-macau-taiwan", "roaming")


@dataclass
class Pack:
    """An allowance besides the plan; it is used in ascending rank."""

    id: int
    service: str
    quantity: int
    rank: int = 10
    rolls: bool = False
    renews: bool = False


@dataclass
class Terms:
    """Terms of a group: its tariff, and allowances by service."""

    tariff: object
    allowance: dict[str, int]
    plan: int = 1
    rolls: bool = False
    packs: list[Pack] = field(default_factory=list)


@dataclass
class Month:
    """One group in one cycle: a cell per zone and service, begun anew where its terms changed."""

    terms: Terms
    cells: dict = field(default_factory=dict)
    rolls_in: bool = False
    episode: int = 0

    @classmethod
    def under(cls, terms, rolled=0):
        """A month that begins under these terms."""
        month = cls(copy.deepcopy(terms))
        for zone in ZONES:
            for service in SERVICES:
                month.cells[zone, service] = Cell(buckets=buckets(terms, zone, service, rolled))
        return month

    def cell(self, service, zone="domestic"):
        """One cell."""
        return self.cells[zone, service]

    def charge(self, key):
        """What a cell costs, in fen."""
        cell = self.cells[key]
        return cell.frozen + cost(self.terms.tariff, *key, cell.beyond())

    def total_charge(self):
        """What the month costs the group, in fen."""
        return sum(map(self.charge, self.cells))

    def unused(self):
        """Data that rolls over into the next month."""
        cell, terms = self.cell("data"), self.terms
        rolls = {("plan", 0)} if terms.rolls else set()
        data = [pack for pack in terms.packs if pack.service == "data"]
        rolls |= {("pack", pack.id) for pack in data if pack.rolls}
        return sum(max(left, 0) for key, left in cell.left().items() if key in rolls)


@dataclass
class Group:
    """What is known of a group, by cycle."""

    account: int
    first: int = 0
    months: dict[int, Month] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A usage record in words; `fen` where somebody else priced it."""

    source: str
    id: str
    number: int
    service: str
    zone: str
    start: int
    quantity: int
    sign: int
    fen: int = 0


class Oracle(Money):
    """Counts, charges and fires. Cycles are numbers as 202611; the newest two may be open."""

    def __init__(self, cycles, percents, fen, credit=()):
        self.cycles, self.closed = list(cycles), set()
        self.percents, self.marks = percents, marks_of(fen, credit)
        self.groups, self.links, self.accounts = {}, defaultdict(list), defaultdict(Account)
        self.usage_episode, self.money_episode = {}, {}
        self.pending = defaultdict(list)
        self.seen, self.fired = {}, set()
        self.metered = self.duplicate = self.quarantined = 0

    @property
    def kept(self):
        """The newest month, and the one before until it closes: then only its charges are kept."""
        return [*(set(self.cycles[-2:-1]) - self.closed), self.cycles[-1]]

    def open(self, cycle, number):
        """A new cycle begins under the terms in force then; the one before stays open with it."""
        ended = self.cycles[-1]
        if cycle <= ended:
            return
        self.cycles.append(cycle)
        self.closed |= set(self.cycles[:-2])
        waiting = {}
        for kind, subject, what in self.pending.pop(cycle, []):
            if kind == "fees":
                self._owe(self.accounts[subject], cycle, *what)
            else:
                waiting[subject] = what
        for group, known in self.groups.items():
            if ended in known.months or group in waiting:
                self._begin(known, ended, cycle, waiting.get(group))

    def _begin(self, known, ended, cycle, pending):
        before = known.months.get(ended)
        if before is None:
            known.months[ended] = Month.under(pending)
        terms = pending or copy.deepcopy(before.terms)
        if pending is None:
            terms.packs = [pack for pack in terms.packs if pack.renews]
        same = before is not None and before.terms.plan == terms.plan
        known.first = known.first or cycle
        rolling = (
            same
            and known.first <= ended
            and (before.terms.rolls or any(pack.rolls for pack in before.terms.packs))
        )
        known.months[cycle] = Month.under(terms, before.unused() if rolling else 0)
        known.months[cycle].rolls_in = rolling

    def close(self, cycle):
        """No record counts in the cycle from here on."""
        self.closed |= {known for known in self.cycles if known <= cycle}

    def group(self, group, account, terms, number, cycle=None):
        """New terms of the newest month: what was charged stays, what was taken stays taken."""
        terms, newest = copy.deepcopy(terms), self.cycles[-1]
        cycle = cycle or newest
        known = self.groups.setdefault(group, Group(account))
        if cycle > newest:
            self.pending[cycle].append(("terms", group, terms))
        elif not known.months:
            known.first = cycle
            known.months |= {open_: Month.under(terms) for open_ in self.cycles[-2:]}
        else:
            self._change(group, newest, terms, number)

    def go_on(self, group, number):
        """The customer wants data again after it was stopped: the schedule starts anew."""
        cycle = self.cycles[-1]
        known = self.groups.get(group)
        if known is not None and cycle in known.months:
            self._change(group, cycle, known.months[cycle].terms, number, restarts=True)

    def _change(self, group, cycle, terms, number, restarts=False):
        month, before = self.groups[group].months[cycle], self._spans(group)
        anew = restarts or terms.tariff != month.terms.tariff
        if anew and any(month.cell(service).total for service in SERVICES):
            month.episode = number
        for (zone, service), cell in month.cells.items():
            charged, rolled = month.charge((zone, service)), cell.rolled()
            fresh = buckets(terms, zone, service, rolled)
            cell.rebase(fresh, restarts=anew, frozen=charged)
        month.terms = copy.deepcopy(terms)
        self._roll(group)
        self._lifted_or_crossed(group, before, number)

    def _lifted_or_crossed(self, group, before, number):
        for (service, cycle), (used, allowance) in self._spans(group).items():
            for percent in self.percents:
                was = reached(*before[service, cycle], percent)
                now = reached(used, allowance, percent)
                if was and not now:
                    self.usage_episode[group, service, percent, cycle] = number
                if now and not was and used > 0:
                    self._fire_usage(group, service, percent, cycle)

    def link(self, number, group, since):
        """The number belongs to the group from `since`; a second word for one instant wins."""
        links = [link for link in self.links[number] if link[0] != since]
        self.links[number] = sorted([*links, (since, group)])

    def watch(self, percents, fen, credit, number):
        """Other thresholds from here on; whoever is past one already is silent about it."""
        self.percents = percents
        self.watch_money(marks_of(fen, credit), number)

    def review(self, cycle, percent, part, parts):
        """Who has used less than so much of an allowance of this month so far."""
        for group, known in self.groups.items():
            month = known.months.get(cycle)
            if cycle not in self.kept or month is None or known.first > cycle:
                continue
            if known.account // 4096 % parts == part:
                for service in SERVICES:
                    used, allowance = month.cell(service).share()
                    if allowance > 0 and used * 100 < percent * allowance:
                        self.fired.add(("low", group, cycle, percent, service, used, allowance))

    def record(self, record):
        """One record: metered, duplicate or quarantined."""
        group = self._holder(record)
        if group is None:
            self.quarantined += 1
            return
        identity = (record.source, record.id, record.start // 3600)
        if identity in self.seen:
            if self.seen[identity] == record:
                self.duplicate += 1
            else:
                self.quarantined += 1
            return
        self.seen[identity] = record
        self.metered += 1
        self._count(group, record)

    def _holder(self, record):
        if cycle_of(record.start) not in set(self.cycles[-2:]) - self.closed or record.quantity < 1:
            return None
        if record.service not in SERVICES or record.zone not in (*ZONES, "free"):
            return None
        holder = None
        for since, group in self.links.get(record.number, []):
            if since <= record.start:
                holder = group
        return holder or None

    def _count(self, group, record):
        known, cycle = self.groups[group], cycle_of(record.start)
        month, account = known.months[cycle], self.accounts[known.account]
        before, past, steps = self._spans(group), self.past(known.account), self._tiers(group)
        if record.zone != "free":
            quantity = record.quantity
            if record.service == "voice":
                quantity = math.ceil(Fraction(quantity, month.terms.tariff.unit))
            month.cell(record.service, record.zone).total += record.sign * quantity
        account.fees[cycle] += record.sign * record.fen
        self._roll(group)
        self._fire_crossed(group, before)
        self._fire_steps(group, steps)
        self.fire_passed(known.account, past)

    def _fire_crossed(self, group, before):
        for (service, cycle), (used, allowance) in self._spans(group).items():
            for percent in self.percents:
                was = reached(*before[service, cycle], percent)
                if reached(used, allowance, percent) and not was:
                    self._fire_usage(group, service, percent, cycle)

    def _roll(self, group):
        """What rolled into the newest month follows what is left of the one before."""
        months = self.groups[group].months
        newest, before = months.get(self.cycles[-1]), months.get(self.cycles[-2])
        if newest is not None and newest.rolls_in and before is not None:
            newest.cell("data").roll_in(before.unused())

    def _spans(self, group):
        """What counts as used of which allowance, by service and open cycle."""
        months = self.groups[group].months
        return {
            (service, cycle): months[cycle].cell(service).share()
            for cycle in self.cycles[-2:]
            if cycle in months
            for service in SERVICES
        }

    def _tiers(self, group):
        months = self.groups[group].months
        return {
            cycle: tier(months[cycle].terms.tariff, months[cycle].cell("data").beyond())
            for cycle in self.cycles[-2:]
            if cycle in months
        }

    def _fire_steps(self, group, before):
        for cycle, (reached_tier, stopped) in self._tiers(group).items():
            month = self.groups[group].months[cycle]
            was_tier, was_stopped = before[cycle]
            if month.terms.tariff.announces:
                for step in range(was_tier + 1, reached_tier + 1):
                    self.fired.add(("step", group, cycle, 0, step, month.episode))
            if stopped and not was_stopped:
                self.fired.add(("step", group, cycle, 1, reached_tier, month.episode))

    def _fire_usage(self, group, service, percent, cycle):
        episode = self.usage_episode.get((group, service, percent, cycle), 0)
        self.fired.add(("usage", group, service, cycle, percent, episode))


def buckets(terms, zone, service, rolled):
    """The allowances of a cell in their order of use: rolled over, packs, plan; none abroad."""
    if zone != "domestic":
        return [Bucket("plan", 0, 0)]
    packs = sorted((p for p in terms.packs if p.service == service), key=lambda p: (p.rank, p.id))
    return [
        Bucket("rolled", 0, rolled if service == "data" else 0),
        *(Bucket("pack", pack.id, pack.quantity, rank=pack.rank) for pack in packs),
        Bucket("plan", 0, terms.allowance[service]),
    ]


def cycle_of(start):
    """The billing cycle in which a record starts."""
    local = datetime.fromtimestamp(start, UTC).astimezone(SHANGHAI)
    return local.year * 100 + local.month


def reached(used, allowance, percent):
    """Exactly 80 per cent is reached; without an allowance the first unit is 100 per cent."""
    if allowance <= 0:
        return percent == 100 and used > 0
    return used * 100 >= percent * allowance
