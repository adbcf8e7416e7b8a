"""The oracle's money: what accounts can spend, owe and have left, and which marks they pass."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Account:
    """Money of an account, charges besides usage by cycle."""

    spendable: int | None = None
    credit: int = 0
    billed: int = 0
    fees: dict = field(default_factory=lambda: defaultdict(int))
    rent: int = 0
    rent_from: int = 0
    taken: dict = field(default_factory=dict)


def marks_of(fen, credit):
    """All that is watched of money: fen left of it, and per cent used of a credit limit."""
    return [*(("money", one) for one in fen), *(("credit", one) for one in credit)]


def is_past(mark, left, credit):
    """Below 15 yuan is meant literally; exactly 80 per cent of a limit is reached. Who has a limit
    is not told of fen left."""
    kind, amount = mark
    if kind == "money":
        return credit == 0 and left < amount
    return credit > 0 and (credit - left) * 100 >= amount * credit


class Money:
    """The part of the oracle that knows accounts."""

    def funds(self, account, spendable, billed, number, credit=0):
        """What the account can spend; rising to a mark begins a new episode. Who is watched for the
        first time, or in another way than before, is silent about the marks passed already."""
        known, past = self.accounts[account], self.past(account)
        first = known.spendable is None or (known.credit > 0) != (credit > 0)
        known.spendable, known.billed = spendable, max(known.billed, billed)
        known.credit = credit
        self._money_moved(account, past, number, first=first)

    def fees(self, account, cycle, fee, rent, rent_from, number):
        """Something besides usage is owed, and what the rent is; it waits for its month to open."""
        if cycle > self.cycles[-1]:
            self.pending[cycle].append(("fees", account, (fee, rent, rent_from)))
            return
        past = self.past(account)
        self._owe(self.accounts[account], cycle, fee, rent, rent_from)
        self._money_moved(account, past, number)

    def _owe(self, known, cycle, fee, rent, rent_from):
        known.fees[cycle] += fee
        self._take_rent(known, rent if rent_from <= self.cycles[-1] else None)
        known.rent, known.rent_from = rent, rent_from

    def rents(self, part, parts, number):
        """The rent of the newest cycle falls due for a part of the accounts."""
        for account in [a for a in self.accounts if a % parts == part]:
            past = self.past(account)
            self._take_rent(self.accounts[account])
            self._money_moved(account, past, number)

    def _take_rent(self, known, told=None):
        newest = self.cycles[-1]
        due = known.rent if known.rent_from <= newest else 0
        rent = known.taken.get(newest, due) if told is None else told
        known.fees[newest] += rent - known.taken.get(newest, 0)
        known.taken[newest] = rent

    def watch_money(self, marks, number):
        """Other marks from here on; whoever is past one already is silent about it."""
        for account, known in self.accounts.items():
            for mark in set(marks) - set(self.marks):
                if known.spendable is not None:
                    self.money_episode[account, mark] = number
        self.marks = marks

    def _money_moved(self, account, before, number, first=False):
        if self.accounts[account].spendable is None:
            return
        after = self.past(account)
        for mark in self.marks:
            if first or (mark in before and mark not in after):
                self.money_episode[account, mark] = number
        if not first:
            self.fire_passed(account, before)

    def fire_passed(self, account, before):
        """Tell of the marks that an account passed since."""
        if self.accounts[account].spendable is not None:
            for kind, amount in self.past(account) - before:
                episode = self.money_episode.get((account, (kind, amount)), 0)
                self.fired.add((kind, account, amount, episode))

    def past(self, account):
        """The marks that an account is past."""
        left, credit = self.left(account), self.accounts[account].credit
        return {mark for mark in self.marks if is_past(mark, left, credit)}

    def left(self, account):
        """What an account has left, in fen: less all charges that are in no bill yet."""
        known = self.accounts[account]
        charged = sum(fen for cycle, fen in known.fees.items() if cycle > known.billed)
        for mine in self.groups.values():
            if mine.account == account:
                charged += sum(
                    month.total_charge()
                    for cycle, month in mine.months.items()
                    if cycle > known.billed
                )
        return (known.spendable or 0) - charged
