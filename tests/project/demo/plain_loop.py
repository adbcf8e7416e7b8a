"""The rules once more, as plainly as they can be said: one record after the other."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import DataSchedule, Offering
from wanhao.project.demo.cast import CastAccount, CastMember, cast_accounts
from wanhao.project.demo.usage_files import UsageRecord

KB, MB = 1024, 1024 * 1024
ABROAD = ("hk-macau-taiwan", "roaming")
PLANS: dict[str, Offering] = {plan.code: plan for plan in read_catalogue()}


@dataclass
class Counted:
    """What a group used (billed minutes, messages, octets; abroad under the zone's name), who
    crossed what, and how far its upgrade came."""

    used: Counter[str] = field(default_factory=Counter)
    step: int = 0
    stopped: bool = False
    crossed: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Outcome:
    """Groups by their main number; money left by account, and thresholds it fell below. What is
    left to an account with a credit limit is what it may still owe."""

    groups: dict[int, Counted]
    left: dict[str, int]
    told: dict[int, set[str]]


@dataclass
class Begun:
    """What a month begins with: data rolled over by group, what is left to each account, and the
    rent that is due at once."""

    left: dict[str, int]
    rolled: Counter[int] = field(default_factory=Counter)
    rent: Counter[str] = field(default_factory=Counter)


def allowance(plan: Offering, rolled: int = 0) -> dict[str, int]:
    data = plan.data_mb * MB + rolled
    return {"voice": plan.voice_minutes, "message": plan.messages, "data": data}


def charge(plan: Offering, used: Counter[str], rolled: int = 0) -> int:
    """What goes beyond the plan, in fen; data rounded up once, to the KB and to the fen. Abroad
    nothing is included."""
    beyond = {name: max(used[name] - free, 0) for name, free in allowance(plan, rolled).items()}
    fen = price(beyond, "domestic", plan)
    for zone in ABROAD:
        fen += price({name: used[f"{name} {zone}"] for name in beyond}, zone, plan)
    return fen


def price(units: dict[str, int], zone: str, plan: Offering) -> int:
    """What units of each service cost in a zone, in fen."""
    assert plan.prices is not None
    costs = plan.prices.by_zone()[zone]
    kilobytes = -(-units["data"] // KB)
    return (
        units["voice"] * costs.voice_fen
        + units["message"] * costs.message_fen
        + -(-kilobytes * costs.data_fen_per_mb // 1024)
    )


def count(records: Iterable[UsageRecord], begun: Begun | None = None) -> Outcome:
    """Count records in the order of their start."""
    home = {
        member.number: (account, group)
        for account in cast_accounts()
        for group in account.groups
        for member in group
    }
    groups: dict[int, Counted] = defaultdict(Counted)
    told: dict[int, set[str]] = defaultdict(set)
    begun = begun or Begun(left=_opening())
    left = {key: fen - begun.rent[key] for key, fen in begun.left.items()}
    for account in cast_accounts():
        _money(told, account, begun.left[account.key], left[account.key])
    for record in sorted(records, key=lambda record: record.start):
        account, group = home[record.number]
        plan, rolled = PLANS[group[0].plan], begun.rolled[group[0].number]
        counted = groups[group[0].number]
        free = allowance(plan, rolled)
        spent = charge(plan, counted.used, rolled)
        for rule in _use(counted, record, free) + _climb(counted, account, plan, free):
            _tell(told, _member(group, record.number), rule)
        before = left[account.key]
        left[account.key] -= charge(plan, counted.used, rolled) - spent
        _money(told, account, before, left[account.key])
    return Outcome(groups=groups, left=left, told=told)


def month_after(outcome: Outcome) -> Begun:
    """What the next month begins with: rent is due, data nobody used is there once more."""
    begun = Begun(left=outcome.left)
    for account in cast_accounts():
        for group in account.groups:
            plan, used = PLANS[group[0].plan], outcome.groups[group[0].number].used["data"]
            begun.rolled[group[0].number] = max(plan.data_mb * MB - used, 0)
            begun.rent[account.key] += plan.fee_fen
    return begun


def _opening() -> dict[str, int]:
    return {
        account.key: account.opening_balance_fen + account.belongings.credit_limit_fen
        for account in cast_accounts()
    }


def _money(told: dict[int, set[str]], account: CastAccount, before: int, after: int) -> None:
    """Tell of the thresholds of money that were crossed between two amounts that are left."""
    limit = account.belongings.credit_limit_fen
    for yuan in (15, 5):
        if before >= yuan * 100 > after and account.pay_type == "prepaid":
            _tell(told, _main_line(account), f"balance-{yuan}")
    for percent in (80, 100):
        if (limit - before) * 100 < percent * limit <= (limit - after) * 100:
            _tell(told, _main_line(account), f"credit-{percent}")


def _use(counted: Counted, record: UsageRecord, allowed: dict[str, int]) -> list[str]:
    """Add a record; the rules it triggers."""
    if record.zone == "free":
        return []
    units = -(-record.quantity // 60) if record.service == "voice" else record.quantity
    if record.zone in ABROAD:
        counted.used[f"{record.service} {record.zone}"] += units * record.sign
        return []
    free = allowed[record.service]
    before = counted.used[record.service]
    counted.used[record.service] += units * record.sign
    after = counted.used[record.service]
    if not free:
        return [f"{record.service}-100"] if before <= 0 < after else []
    return [
        f"{record.service}-{percent}"
        for percent in ((50, 80, 100) if record.service == "data" else (80, 100))
        if before * 100 < percent * free <= after * 100
    ]


def _climb(
    counted: Counted, account: CastAccount, plan: Offering, allowed: dict[str, int]
) -> list[str]:
    """Steps of an upgrade, and the stop, as far as the data beyond everything has come."""
    beyond = max(counted.used["data"] - allowed["data"], 0)
    told = []
    ladder = PLANS[account.belongings.upgrade].schedule if account.belongings.upgrade else None
    if ladder is not None and (step := _step(beyond, ladder)) > counted.step:
        counted.step = step
        told.append("step-up")
    stop = plan.schedule.stop_mb * MB if plan.schedule and ladder is None else 0
    if stop and beyond >= stop and not counted.stopped:
        counted.stopped = True
        told.append("data-stop")
    return told


def _step(beyond: int, ladder: DataSchedule) -> int:
    """Which step is the cheapest for so much data: the highest, of several that cost the same."""
    kilobytes = -(-beyond // KB)
    steps = [(0, 0), *((tier.fee_fen, tier.quota_mb) for tier in ladder.tiers)]
    costs = [
        fee - (-max(kilobytes - quota * KB, 0) * ladder.price_fen_per_mb // 1024)
        for fee, quota in steps
    ]
    return max(place for place, fen in enumerate(costs) if fen == min(costs))


def _tell(told: dict[int, set[str]], member: CastMember, rule: str) -> None:
    if rule not in member.opted_out:
        told[member.number].add(rule)


def _member(group: tuple[CastMember, ...], number: int) -> CastMember:
    return next(member for member in group if member.number == number)


def _main_line(account: CastAccount) -> CastMember:
    return account.groups[0][0]
