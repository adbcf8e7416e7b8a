"""A small operator for a month that is lived through quickly, and what must be told in it.

The expectations are counted one group after the other, from the records and the price list alone.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.parties.examples import an_account
from wanhao.parties.contracts import LineRole, NewLine, PayType
from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import Offering
from wanhao.project.demo.usage_files import UsageRecord
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.open_accounts import AccountOrder

MB = 1024 * 1024
KINDS = (
    *["custom-prepaid-19"] * 4,
    *["lexiang-4g-59"] * 3,
    *["lexiang-3g-49"] * 2,
    "lexiang-4g-99",
)
"""Plans by the last digit of an account; the last one is a family of three."""
FAMILY = 3
OPENING_FEN = 5500
SOURCES = {"voice": "msc-1", "message": "smsc-1", "data": "pgw-1"}
PERCENTS = {"voice": (80, 100), "message": (80, 100), "data": (50, 80, 100)}
LOW = 40
LAST_USED, LAST_SPENT = 28, 23
"""Days of the month. Prepaid money is spent early enough for all that follows a stop."""
STOPPED = [("stopped", 1), ("before-two-way", 1), ("stopped", 2)]
"""Told of a stop and of what follows it within the month, unless somebody pays."""
MULTIPLES = 30
PLANS: dict[str, Offering] = {plan.code: plan for plan in read_catalogue()}


@dataclass
class Household:
    """One account with one group of lines, and what it does in the month."""

    place: int
    numbers: tuple[int, ...]
    plan: Offering
    records: list[UsageRecord] = field(default_factory=list)

    @property
    def main(self) -> int:
        return self.numbers[0]

    @property
    def prepaid(self) -> bool:
        return self.plan.code == "custom-prepaid-19"

    @property
    def opted_out(self) -> tuple[str, ...]:
        """Every twenty-fifth wants to hear of half of the data and of little use no more."""
        return ("data-50", "low-use") if self.place % 25 == 0 else ()

    @property
    def pays_on(self) -> int | None:
        """The day of the month on which the bill of the month before is paid."""
        return (10, None, 24)[self.place % 3]


@dataclass(frozen=True)
class Month:
    """The month that is lived through; it begins in the evening before."""

    cycle: Cycle

    @classmethod
    def after(cls, now: datetime) -> "Month":
        """The first month whose eve is still to come."""
        cycle = Cycle.of(now).next
        return cls(cycle if now < cls(cycle).eve else cycle.next)

    @property
    def eve(self) -> datetime:
        return self.cycle.start - timedelta(hours=4)

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant of the month on the clocks of Nanchang."""
        first = self.cycle.start.astimezone(SHANGHAI)
        return first.replace(day=day, hour=hour, minute=minute)


def households(lines: int, month: Month, seed: int) -> list[Household]:
    """Households of about so many lines together, with everything they will use."""
    chance = random.Random(seed)
    made: list[Household] = []
    number = 16_907_000_000
    while number - 16_907_000_000 < lines:
        plan = PLANS[KINDS[len(made) % len(KINDS)]]
        size = FAMILY if plan.code == "lexiang-4g-99" else 1
        one = Household(len(made), tuple(range(number, number + size)), plan)
        one.records = list(_records(one, month, chance))
        made.append(one)
        number += size
    return made


def order(one: Household, month: Month) -> AccountOrder:
    """The account to open, on its plan since the beginning of the month before."""
    since = int(month.cycle.previous.start.timestamp())
    lines = tuple(
        NewLine(
            number=number,
            since=since,
            role=LineRole.MAIN if number == one.main else LineRole.SECONDARY,
        )
        for number in one.numbers
    )
    pays = PayType.PREPAID if one.prepaid else PayType.POSTPAID
    return AccountOrder(
        account=an_account(f"m-{one.place}", lines, pay_type=pays),
        offering_codes=(one.plan.code,),
        opening_balance_fen=OPENING_FEN if one.prepaid else 0,
        payment_reference=f"m-{one.place}" if one.prepaid else "",
    )


def allowances(one: Household) -> dict[str, int]:
    """What the group may use this month; last month's data was not used and rolled over."""
    data = one.plan.data_mb * MB
    return {"voice": one.plan.voice_minutes, "message": one.plan.messages, "data": 2 * data}


def expected(world: Sequence[Household], month: Month) -> Counter[tuple[int, str, int]]:
    """Every decision there must be: main number, rule, and which of several."""
    found: Counter[tuple[int, str, int]] = Counter()
    for one in world:
        told = [*_of_use(one), *_of_money(one), *_of_little_use(one, month), *_of_stops(one)]
        found.update((one.main, rule, tier) for rule, tier in told)
    return found


def _records(one: Household, month: Month, chance: random.Random) -> list[UsageRecord]:
    made: list[UsageRecord] = []
    for service, allowed in allowances(one).items():
        left = int(allowed * chance.choice((0, 0.2, 0.3, 0.6, 0.9, 1.1, 1.4, 2.3)))
        pieces = chance.randint(2, 5)
        while left > 0:
            quantity = min(left, allowed // pieces + 1)
            left -= quantity
            made.append(
                UsageRecord(
                    record_id=str(one.main % 10**9 * 1000 + len(made)),
                    source=SOURCES[service],
                    number=chance.choice(one.numbers),
                    service=service,
                    zone="domestic",
                    start=_start(month, chance, LAST_SPENT if one.prepaid else LAST_USED),
                    quantity=quantity * 60 if service == "voice" else quantity,
                )
            )
    return made


def _start(month: Month, chance: random.Random, last: int) -> int:
    """Some instant of the month; but nobody uses anything while little use is looked for."""
    hour = chance.randrange(24)
    day = chance.randint(1, last)
    if day == 20 and 8 <= hour < 12:
        day = 21
    return int(month.at(day, hour, chance.randrange(60)).timestamp())


def used(one: Household, before: int | None = None) -> Counter[str]:
    """Billed minutes, messages and octets of the group, up to an instant if one is given."""
    found: Counter[str] = Counter()
    for record in one.records:
        if before is None or record.start < before:
            unit = 60 if record.service == "voice" else 1
            found[record.service] += -(-record.quantity // unit)
    return found


def _of_use(one: Household) -> list[tuple[str, int]]:
    told = []
    total = used(one)
    for service, allowed in allowances(one).items():
        reached = [p for p in PERCENTS[service] if total[service] * 100 >= p * allowed]
        told += [(f"{service}-{percent}", 0) for percent in reached]
    data = total["data"] // allowances(one)["data"]
    return told + [("data-100", multiple) for multiple in range(2, min(data, MULTIPLES) + 1)]


def _of_money(one: Household) -> list[tuple[str, int]]:
    """What is left of the money falls by two monthly fees and by what goes beyond the plan."""
    if not one.prepaid:
        return []
    over = {name: max(used(one)[name] - free, 0) for name, free in allowances(one).items()}
    kilobytes = _up(over["data"], 1024)
    data = _up(kilobytes * one.plan.data_price_fen_per_mb, 1024)
    charge = over["voice"] * one.plan.voice_price_fen + over["message"] * one.plan.message_price_fen
    left = OPENING_FEN - 2 * one.plan.fee_fen - charge - data
    told = [(f"balance-{yuan}", 0) for yuan in (15, 5) if left < yuan * 100]
    return told + ([("before-balance-stop", 0), *STOPPED] if left < 0 else [])


def _of_little_use(one: Household, month: Month) -> list[tuple[str, int]]:
    so_far = used(one, int(month.at(20, 10).timestamp()))
    low = any(so_far[name] * 100 < LOW * free for name, free in allowances(one).items())
    return [("low-use", 0)] if low else []


def _of_stops(one: Household) -> list[tuple[str, int]]:
    """Who has not paid the bill of the month before: three days, one day, one hour before."""
    if one.prepaid or one.pays_on == 10:
        return []
    if one.pays_on == 24:
        return [("before-stop", 1)]
    return [*(("before-stop", tier) for tier in (1, 2, 3)), *STOPPED]


def _up(value: int, by: int) -> int:
    return -(-value // by)
