"""A slow, plain, obviously right meter: one record after another, in plain Python integers."""

import copy
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

SHANGHAI = timezone(timedelta(hours=8))
SERVICES = ("voice", "message", "data")


@dataclass
class Terms:
    """Terms of a group: unit in seconds, allowances and prices by service."""

    unit: int
    allowance: dict[str, int]
    price: dict[str, int]


@dataclass
class Month:
    """One group in one cycle; `free` and `frozen` restart where its terms changed."""

    terms: Terms
    free: dict[str, int]
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))
    frozen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))

    @classmethod
    def under(cls, terms):
        """A month that begins under these terms."""
        return cls(terms, dict(terms.allowance))


@dataclass
class Group:
    """What is known of a group, by cycle."""

    account: int
    months: dict[int, Month] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A usage record in words."""

    source: str
    id: str
    number: int
    service: str
    zone: str
    start: int
    quantity: int
    sign: int


class Oracle:
    """Counts, charges and fires. Cycles are numbers as 202611; the newest two may be open."""

    def __init__(self, cycles, percents, fen):
        self.cycles, self.closed = list(cycles), set()
        self.percents, self.fen = percents, fen
        self.groups, self.links, self.spendable = {}, defaultdict(list), {}
        self.usage_episode, self.money_episode = {}, {}
        self.seen, self.fired = {}, set()
        self.metered = self.duplicate = self.quarantined = 0

    def open(self, cycle):
        """A new cycle begins under the terms in force; only the one before stays open with it."""
        if cycle <= self.cycles[-1]:
            return
        for known in self.groups.values():
            known.months[cycle] = Month.under(known.months[self.cycles[-1]].terms)
        self.cycles.append(cycle)
        self.closed |= set(self.cycles[:-2])

    def close(self, cycle):
        """No record counts in the cycle from here on."""
        self.closed |= {known for known in self.cycles if known <= cycle}

    def group(self, group, account, terms, number):
        """New terms from here on: what was charged stays, what was unused is kept."""
        terms = copy.deepcopy(terms)
        known = self.groups.get(group)
        if known is None:
            months = {cycle: Month.under(terms) for cycle in self.cycles[-2:]}
            self.groups[group] = Group(account, months)
            return
        cycle = self.cycles[-1]
        month = known.months[cycle]
        for service in SERVICES:
            total = month.total[service]
            old, new = month.terms.allowance[service], terms.allowance[service]
            month.frozen[service] += charge(month, service)
            unused = max(month.free[service] - total, 0)
            month.free[service] = total + max(unused + new - old, 0)
            for percent in self.percents:
                was, now = reached(total, old, percent), reached(total, new, percent)
                if was and not now:
                    self.usage_episode[group, service, percent, cycle] = number
                if now and not was and total > 0:
                    self._fire_usage(group, service, percent, cycle)
        month.terms = terms

    def link(self, number, group, since):
        """The number belongs to the group from `since`; a second word for one instant wins."""
        links = [link for link in self.links[number] if link[0] != since]
        self.links[number] = sorted([*links, (since, group)])

    def funds(self, account, spendable, number):
        """What the account can spend; rising to a threshold begins a new episode."""
        first = self.spendable.get(account) is None
        before = None if first else self.left(account)
        self.spendable[account] = spendable
        if spendable is None:
            return
        after = self.left(account)
        for fen in self.fen:
            if first or (before < fen <= after):
                self.money_episode[account, fen] = number
            if not first and before >= fen > after:
                self._fire_money(account, fen)

    def watch(self, percents, fen, number):
        """Other thresholds from here on; whoever is past one already is silent about it."""
        for account in self.spendable:
            for threshold in set(fen) - set(self.fen):
                self.money_episode[account, threshold] = number
        self.percents, self.fen = percents, fen

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
        if record.zone == "domestic":
            self._count(group, record)

    def _holder(self, record):
        if cycle_of(record.start) not in set(self.cycles[-2:]) - self.closed or record.quantity < 1:
            return None
        if record.service not in SERVICES or record.zone not in ("domestic", "free"):
            return None
        holder = None
        for since, group in self.links.get(record.number, []):
            if since <= record.start:
                holder = group
        return holder or None

    def _count(self, group, record):
        known, service, cycle = self.groups[group], record.service, cycle_of(record.start)
        month = known.months[cycle]
        quantity = record.quantity
        if service == "voice":
            quantity = math.ceil(Fraction(quantity, month.terms.unit))
        before_total, account = month.total[service], known.account
        before_left = self.left(account) if self.spendable.get(account) is not None else None
        month.total[service] += record.sign * quantity
        for percent in self.percents:
            allowance = month.terms.allowance[service]
            if not reached(before_total, allowance, percent) and reached(
                month.total[service], allowance, percent
            ):
                self._fire_usage(group, service, percent, cycle)
        if before_left is not None:
            after = self.left(account)
            for fen in self.fen:
                if before_left >= fen > after:
                    self._fire_money(account, fen)

    def _fire_usage(self, group, service, percent, cycle):
        episode = self.usage_episode.get((group, service, percent, cycle), 0)
        self.fired.add(("usage", group, service, cycle, percent, episode))

    def _fire_money(self, account, fen):
        self.fired.add(("money", account, fen, self.money_episode.get((account, fen), 0)))

    def left(self, account):
        """What an account has left, in fen."""
        mine = [known for known in self.groups.values() if known.account == account]
        charged = sum(
            month.frozen[service] + charge(month, service)
            for known in mine
            for month in known.months.values()
            for service in SERVICES
        )
        return self.spendable[account] - charged


def charge(month, service):
    """What a group is charged since its terms changed last, in fen."""
    over = max(month.total[service] - month.free[service], 0)
    price = month.terms.price[service]
    if service != "data":
        return over * price
    kilobytes = math.ceil(Fraction(over, 1024))
    return math.ceil(Fraction(kilobytes * price, 1024))


def cycle_of(start):
    """The billing cycle in which a record starts."""
    local = datetime.fromtimestamp(start, UTC).astimezone(SHANGHAI)
    return local.year * 100 + local.month


def reached(total, allowance, percent):
    """Exactly 80 per cent is reached; without an allowance the first unit is 100 per cent."""
    if allowance == 0:
        return percent == 100 and total > 0
    return total * 100 >= percent * allowance
