"""A slow, plain, obviously right meter: one record after another, in plain Python integers."""

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
class Group:
    """What is known of a group; `free` and `charged` restart where its terms changed."""

    account: int
    terms: Terms
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))
    free: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SERVICES, 0))


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
    """Counts, charges and fires, for the one cycle that is open (given as (year, month))."""

    def __init__(self, cycle, percents, fen):
        self.cycle, self.percents, self.fen = cycle, percents, fen
        self.groups, self.links, self.spendable = {}, defaultdict(list), {}
        self.usage_episode, self.money_episode = {}, {}
        self.seen, self.fired = {}, set()
        self.metered = self.duplicate = self.quarantined = self.free_units = 0

    def group(self, group, account, terms, number):
        """New terms from here on: what was charged stays, what was unused is kept."""
        known = self.groups.get(group)
        if known is None:
            self.groups[group] = Group(account, terms, free=dict(terms.allowance))
            return
        for service in SERVICES:
            total, old, new = (
                known.total[service],
                known.terms.allowance[service],
                terms.allowance[service],
            )
            known.frozen[service] += self._charge(known, service)
            unused = max(known.free[service] - total, 0)
            known.free[service] = total + max(unused + new - old, 0)
            for percent in self.percents:
                was, now = reached(total, old, percent), reached(total, new, percent)
                if was and not now:
                    self.usage_episode[group, service, percent] = number
                if now and not was and total > 0:
                    self._fire_usage(group, service, percent)
        known.terms = terms

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
        local = datetime.fromtimestamp(record.start, UTC).astimezone(SHANGHAI)
        if (local.year, local.month) != self.cycle or record.quantity < 1:
            return None
        if record.service not in SERVICES or record.zone not in ("domestic", "free"):
            return None
        holder = None
        for since, group in self.links.get(record.number, []):
            if since <= record.start:
                holder = group
        return holder or None

    def _count(self, group, record):
        known, service = self.groups[group], record.service
        quantity = record.quantity
        if service == "voice":
            quantity = math.ceil(Fraction(quantity, known.terms.unit))
        before_total, account = known.total[service], known.account
        before_left = self.left(account) if self.spendable.get(account) is not None else None
        known.total[service] += record.sign * quantity
        for percent in self.percents:
            allowance = known.terms.allowance[service]
            if not reached(before_total, allowance, percent) and reached(
                known.total[service], allowance, percent
            ):
                self._fire_usage(group, service, percent)
        if before_left is not None:
            after = self.left(account)
            for fen in self.fen:
                if before_left >= fen > after:
                    self._fire_money(account, fen)

    def _fire_usage(self, group, service, percent):
        episode = self.usage_episode.get((group, service, percent), 0)
        self.fired.add(("usage", group, service, percent, episode))

    def _fire_money(self, account, fen):
        self.fired.add(("money", account, fen, self.money_episode.get((account, fen), 0)))

    def _charge(self, known, service):
        over = max(known.total[service] - known.free[service], 0)
        price = known.terms.price[service]
        if service != "data":
            return over * price
        kilobytes = math.ceil(Fraction(over, 1024))
        return math.ceil(Fraction(kilobytes * price, 1024))

    def charge(self, group):
        """What a group has been charged so far, in fen."""
        known = self.groups[group]
        return sum(known.frozen[service] + self._charge(known, service) for service in SERVICES)

    def left(self, account):
        """What an account has left, in fen."""
        mine = [group for group, known in self.groups.items() if known.account == account]
        return self.spendable[account] - sum(self.charge(group) for group in mine)


def reached(total, allowance, percent):
    """Exactly 80 per cent is reached; without an allowance the first unit is 100 per cent."""
    if allowance == 0:
        return percent == 100 and total > 0
    return total * 100 >= percent * allowance
