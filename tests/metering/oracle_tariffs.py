"""The oracle's tariffs: what use beyond every allowance costs, a plain walk up the tiers."""

import math
from dataclasses import dataclass, field
from fractions import Fraction

KILO = 1024


@dataclass(frozen=True)
class Schedule:
    """How domestic data is charged; tiers are (fen, MB), ascending."""

    mode: str
    price: int
    tiers: tuple[tuple[int, int], ...]
    cap: int = 0
    stop_mb: int = 0
    announces: bool = False


@dataclass(frozen=True)
class Tariff:
    """Voice unit in seconds, prices by zone and service, a schedule or none."""

    number: int
    unit: int
    price: dict = field(hash=False)
    schedule: Schedule | None = None

    @property
    def announces(self):
        """Whether each tier reached is told."""
        return self.schedule is not None and self.schedule.announces


def cost(tariff, zone, service, beyond):
    """What so many units cost, in fen; data is rounded up once, to the KB and then to the fen."""
    price = tariff.price[zone][service]
    if service != "data":
        return beyond * price
    kilo = math.ceil(Fraction(beyond, KILO))
    if zone != "domestic" or tariff.schedule is None:
        return by_the_mb(kilo, price)
    fen, _ = walked(tariff.schedule, kilo)
    return min(fen, tariff.schedule.cap) if tariff.schedule.cap else fen


def tier(tariff, beyond):
    """The tier that domestic data has reached, and whether it stops there."""
    if tariff.schedule is None:
        return 0, False
    kilo = math.ceil(Fraction(beyond, KILO))
    stop = tariff.schedule.stop_mb * KILO
    return walked(tariff.schedule, kilo)[1], bool(stop) and kilo >= stop


def by_the_mb(kilo, price):
    """So many KB at a price per MB, rounded up to the fen."""
    return math.ceil(Fraction(kilo * price, KILO))


def walked(schedule, kilo):
    """Fen and tier after walking up the schedule with so many KB."""
    tiers = [(0, 0), *((fee, mb * KILO) for fee, mb in schedule.tiers)]
    if schedule.mode == "stack":
        return _stacked(*tiers[1], schedule.price, kilo)
    if schedule.mode == "jump":
        for place, (fee, quota) in enumerate(tiers):
            if kilo <= quota:
                return fee, place
        return fee + by_the_mb(kilo - quota, schedule.price), len(tiers) - 1
    place = 0
    while place + 1 < len(tiers) and _paid(tiers[place], schedule.price, kilo) >= _paid(
        tiers[place + 1], schedule.price, kilo
    ):
        place += 1
    return _paid(tiers[place], schedule.price, kilo), place


def _paid(tier_, price, kilo):
    fee, quota = tier_
    return fee + by_the_mb(max(kilo - quota, 0), price)


def _stacked(fee, block, price, kilo):
    blocks, paid = 0, 0
    while kilo > block:
        kilo, blocks, paid = kilo - block, blocks + 1, paid + fee
    rest = by_the_mb(kilo, price)
    if rest >= fee:
        return paid + fee, blocks + 1
    return paid + rest, blocks
