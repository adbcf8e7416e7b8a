"""A random little operator: plans, packs, tariffs, families, rent, and what its lines use."""

import random
from dataclasses import dataclass, field, replace

from tests.usage.months import AT_NIGHT, DECEMBER
from tests.usage.operators import (
    MB,
    PLAIN,
    START,
    STEPS,
    WATCHED,
    ZHAO,
    fees,
    funds,
    group,
    pack,
    row,
    tell,
)
from wanhao.usage.contracts import DataSchedule, LineFact, ScheduleMode, Service

STACKED = replace(
    STEPS,
    number=3,
    schedule=DataSchedule(
        mode=ScheduleMode.STACK,
        price_fen_per_mb=30,
        tiers=((3000, 500),),
        cap_fen=60_000,
        stop_mb=15_360,
        announces=False,
    ),
)
JUMPS = replace(STEPS, number=4, schedule=replace(STEPS.schedule, mode=ScheduleMode.JUMP))
TARIFFS = (PLAIN, STEPS, STACKED, JUMPS)
FURTHER = replace(
    WATCHED,
    usage={**WATCHED.usage, Service.DATA: (80, 100, *range(200, 3_001, 100))},
    credit=(80, 100),
)
ZONES = ("domestic",) * 6 + ("free", "roaming", "hk-macau-taiwan")
QUANTITIES = {
    "voice": (1, 59, 60, 61, 600, 3000),
    "message": (1, 2, 9),
    "data": (1, 1024, 7 * MB, 90 * MB + 1, 400 * MB),
}


@dataclass
class Operator:
    """Facts in the order in which they are told, and records without duplicates."""

    facts: list = field(default_factory=list)
    records: list = field(default_factory=list)

    def tell(self) -> None:
        """Write the facts down, before any record."""
        tell(*self.facts)

    def early(self, late) -> list:
        """The records that come in time."""
        known = [id(record) for record in late]
        return [record for record in self.records if id(record) not in known]


def operator(chance: random.Random, groups: int = 6, records: int = 60) -> Operator:
    """Some groups in fewer accounts, with one to three lines each, and their November."""
    made = Operator(facts=[FURTHER, *TARIFFS])
    numbers = []
    for identity in range(1, groups + 1):
        account = chance.randint(1, groups)
        made.facts.append(_group(chance, identity, account))
        if chance.random() < 0.3:
            made.facts.append(replace(_group(chance, identity, account), cycle=DECEMBER))
        for _ in range(chance.randint(1, 3)):
            numbers.append(ZHAO + len(numbers))
            made.facts.append(LineFact(number=numbers[-1], group_id=identity, since=0))
    for account in range(1, groups + 1):
        watched = funds(account, chance.choice((None, 2000, 90_000)))
        if watched.spendable_fen and chance.random() < 0.4:
            watched = replace(watched, credit_fen=watched.spendable_fen)
        made.facts += [watched, fees(account, 30, rent=chance.choice((0, 1900)))]
    made.records = [_record(chance, identity, numbers) for identity in range(records)]
    return made


def _group(chance: random.Random, identity: int, account: int):
    packs = tuple(
        pack(
            70 + number,
            chance.choice(tuple(Service)),
            chance.choice((1, 10, 50 * MB)),
            rank=chance.randint(-1, 2),
            rolls=chance.random() < 0.5,
            renews=chance.random() < 0.5,
        )
        for number in range(chance.randint(0, 3))
    )
    return group(
        identity,
        account=account,
        plan=chance.randint(1, 2),
        tariff=chance.choice(TARIFFS).number,
        voice_allowance=chance.choice((0, 10, 100)),
        message_allowance=chance.choice((0, 5)),
        data_allowance=chance.choice((0, 100 * MB, 500 * MB)),
        rolls=chance.random() < 0.5,
        packs=packs,
    )


def _record(chance: random.Random, identity: int, numbers: list[int]) -> dict:
    service = chance.choice(tuple(QUANTITIES))
    start = chance.choice((START, AT_NIGHT)) + chance.randint(0, 3000)
    name = identity if chance.random() < 0.7 else f"x-{identity}"
    return row(
        name,
        chance.choice(numbers),
        service,
        chance.choice(QUANTITIES[service]),
        zone=chance.choice(ZONES),
        start=start,
        sign=chance.choice((1, 1, 1, 1, -1)),
        charge_fen=chance.choice((0, 0, 25)),
    )
