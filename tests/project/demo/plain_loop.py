"""The rules once more, as plainly as they can be said: one record after the other."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import Offering
from wanhao.project.demo.cast import CastAccount, CastMember, cast_accounts
from wanhao.project.demo.usage_files import UsageRecord

KB, MB = 1024, 1024 * 1024
PLANS: dict[str, Offering] = {plan.code: plan for plan in read_catalogue()}


@dataclass
class Counted:
    """What a group used (billed minutes, messages, octets), and who crossed what."""

    used: Counter[str] = field(default_factory=Counter)
    crossed: list[tuple[str, int]] = field(default_factory=list)


@dataclass
class Outcome:
    """Groups by their main number; money left by account, and thresholds it fell below."""

    groups: dict[int, Counted]
    left: dict[str, int]
    told: dict[int, set[str]]


def allowance(plan: Offering) -> dict[str, int]:
    return {"voice": plan.voice_minutes, "message": plan.messages, "data": plan.data_mb * MB}


def charge(plan: Offering, used: Counter[str]) -> int:
    """What goes beyond the plan, in fen; data rounded up once, to the KB and to the fen."""
    beyond = {name: max(used[name] - free, 0) for name, free in allowance(plan).items()}
    kilobytes = -(-beyond["data"] // KB)
    return (
        beyond["voice"] * plan.voice_price_fen
        + beyond["message"] * plan.message_price_fen
        + -(-kilobytes * plan.data_price_fen_per_mb // 1024)
    )


def count(records: Iterable[UsageRecord]) -> Outcome:
    """Count records in the order of their start."""
    home = {
        member.number: (account, group)
        for account in cast_accounts()
        for group in account.groups
        for member in group
    }
    groups: dict[int, Counted] = defaultdict(Counted)
    told: dict[int, set[str]] = defaultdict(set)
    left = {account.key: account.opening_balance_fen for account in cast_accounts()}
    for record in sorted(records, key=lambda record: record.start):
        account, group = home[record.number]
        counted = groups[group[0].number]
        spent = charge(PLANS[group[0].plan], counted.used)
        for rule in _use(counted, record, PLANS[group[0].plan]):
            _tell(told, _member(group, record.number), rule)
        before = left[account.key]
        left[account.key] -= charge(PLANS[group[0].plan], counted.used) - spent
        for yuan in (15, 5):
            if before >= yuan * 100 > left[account.key] and account.pay_type == "prepaid":
                _tell(told, _main_line(account), f"balance-{yuan}")
    return Outcome(groups=groups, left=left, told=told)


def _use(counted: Counted, record: UsageRecord, plan: Offering) -> list[str]:
    """Add a record; the rules it triggers."""
    if record.zone == "free":
        return []
    units = -(-record.quantity // 60) if record.service == "voice" else record.quantity
    free = allowance(plan)[record.service]
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


def _tell(told: dict[int, set[str]], member: CastMember, rule: str) -> None:
    if rule not in member.opted_out:
        told[member.number].add(rule)


def _member(group: tuple[CastMember, ...], number: int) -> CastMember:
    return next(member for member in group if member.number == number)


def _main_line(account: CastAccount) -> CastMember:
    return account.groups[0][0]
