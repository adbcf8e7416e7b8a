"""The oracle's allowances: buckets that a total empties in order, and fills again backwards."""

from dataclasses import dataclass


@dataclass
class Bucket:
    """An allowance and what was taken of it up to the last change of terms."""

    kind: str
    id: int
    quantity: int
    used: int = 0
    rank: int = 0

    @property
    def key(self):
        """What makes it the same bucket after a change of terms."""
        return self.kind, self.id

    @property
    def terms(self):
        """All but what was taken of it."""
        return self.kind, self.id, self.quantity, self.rank


@dataclass
class Cell:
    """One service of a group in one zone and month; all but the total is as of `base`."""

    buckets: list[Bucket]
    total: int = 0
    base: int = 0
    over: int = 0
    outside: int = 0
    frozen: int = 0

    def _room(self):
        """What all allowances together have left at the base; late records may make it negative."""
        return sum(
            bucket.quantity - bucket.used if bucket.kind == "rolled" else _left(bucket)
            for bucket in self.buckets
        )

    def beyond(self):
        """Units charged by the schedule: what finds no room, less what was taken back of it."""
        moved, room = self.total - self.base, self._room()
        back = max(min(room, 0) - moved, 0)
        return self.over + max(moved - room, 0) - min(back, self.over)

    def used(self):
        """What is taken of each bucket at the total."""
        moved, room = self.total - self.base, self._room()
        taken = self._used_at_base()
        rest = max(moved, 0)
        for bucket in self.buckets[:-1]:
            part = min(_left(bucket), rest)
            taken[bucket.key] += part
            rest -= part
        others = sum(map(_left, self.buckets[:-1]))
        taken["plan", 0] += min(rest, max(room - others, 0))
        back, at_base = max(min(room, 0) - moved - self.over, 0), self._used_at_base()
        for bucket in reversed(self.buckets):
            part = min(max(at_base[bucket.key], 0), back)
            taken[bucket.key] -= part
            back -= part
        taken["plan", 0] -= back
        return taken

    def _used_at_base(self):
        """What was taken at the base; what late records made disappear was the plan's after all,
        as far as the plan has room."""
        used = {bucket.key: bucket.used for bucket in self.buckets}
        first, plan = self.buckets[0], self.buckets[-1]
        if first.kind == "rolled" and first.used > first.quantity:
            used[first.key] = first.quantity
            room = self._room() - sum(map(_left, self.buckets[:-1]))
            used[plan.key] += max(first.used - first.quantity + min(room, 0), 0)
        return used

    def left(self):
        """What each bucket still has at the total."""
        used = self.used()
        rest = {b.key: max(b.quantity - used[b.key], 0) for b in self.buckets[:-1]}
        others = sum(map(_left, self.buckets[:-1]))
        plan = self.buckets[-1]
        taken = used[plan.key] - self._used_at_base()[plan.key]
        rest[plan.key] = max(self._room() - others, 0) - taken
        return rest

    def share(self):
        """What counts as used, and of how much; what was charged before the base is neither,
        but where there is no allowance all counts as used."""
        allowance = self.base + self._room() - self.outside
        return self.total - (self.outside if allowance > 0 else 0), allowance

    def rolled(self):
        """How much data was rolled over into this cell."""
        return self.buckets[0].quantity if self.buckets[0].kind == "rolled" else 0

    def roll_in(self, quantity):
        """The month before has another rest than it had."""
        self.buckets[0].quantity = quantity

    def rebase(self, fresh, *, restarts, frozen):
        """Go on under other buckets: those that stay keep what was taken of them. Where they are
        the same as before, nothing begins anew."""
        if not restarts and [b.terms for b in fresh] == [b.terms for b in self.buckets]:
            return
        beyond, used = self.beyond(), self.used()
        for bucket in fresh:
            bucket.used = used.get(bucket.key, 0)
        self.outside += beyond - self.over
        self.base, self.buckets = self.total, fresh
        if restarts:
            self.over, self.frozen = 0, frozen
        else:
            self.over = beyond


def _left(bucket):
    return max(bucket.quantity - bucket.used, 0)
