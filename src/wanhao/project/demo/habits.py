"""How much each line of the demo world used so far, and how much more it will use.

Chances and shares are floats here; what is written into a usage file is whole units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanhao.parties.contracts import PayType
from wanhao.products.contracts import Offering
from wanhao.project.demo.population import PlannedAccount

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

SERVICES = ("voice", "message", "data")
MINUTE = 60
MEGABYTE = 1024 * 1024
HIGHEST_QUIET = (0.795, 0.795, 0.495)
"""Nearly everybody begins below the first reminder of each service: a flood at the start helps
nobody."""
BEYOND_SHARE = 0.002
MORE_MEDIAN, MORE_SPREAD = 0.18, 0.8
MOST_SHARE = 1.4
PREPAID_OVERAGE = 0.5
"""A prepaid customer spends at most this part of the opening balance on one service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """One row per line. `used_` is the month so far, `more_` what is still to come, in voice
    minutes, messages and octets; `liveliness` is how often a line is in a data session."""

    number: I64
    used_seconds: I64
    used_messages: I64
    used_octets: I64
    more_minutes: F64
    more_messages: F64
    more_octets: F64
    liveliness: F64


def habits_of(
    accounts: Sequence[PlannedAccount], offerings: Sequence[Offering], cycle: int
) -> Habits:
    """The habits of every line in one billing cycle; the same each time they are asked for."""
    random = np.random.default_rng([cycle, 2])
    groups = _Groups(accounts, {offering.code: offering for offering in offerings})
    used = _used_share(random, len(groups.allowance))
    more = _more_share(random, used, groups)
    part = groups.part_of_each_line(random)
    line_used = (used * groups.allowance)[groups.of_line] * part
    line_more = (more * groups.allowance)[groups.of_line] * part
    whole: I64 = line_used.astype(np.int64)
    return Habits(
        number=groups.number,
        used_seconds=whole[:, 0] * MINUTE,
        used_messages=whole[:, 1],
        used_octets=whole[:, 2],
        more_minutes=line_more[:, 0],
        more_messages=line_more[:, 1],
        more_octets=line_more[:, 2],
        liveliness=random.lognormal(0, 0.6, len(groups.number)),
    )


class _Groups:
    """Allowances by group (voice minutes, messages, octets), and the lines that share them."""

    def __init__(
        self, accounts: Sequence[PlannedAccount], offerings: Mapping[str, Offering]
    ) -> None:
        rows = [(account, group) for account in accounts for group in account.groups]
        plans = [offerings[account.plan] for account, _ in rows]
        self.allowance = np.array(
            [[plan.voice_minutes, plan.messages, plan.data_mb * MEGABYTE] for plan in plans],
            np.float64,
        )
        self.price = np.array(
            [
                [
                    plan.voice_price_fen,
                    plan.message_price_fen,
                    plan.data_price_fen_per_mb / MEGABYTE,
                ]
                for plan in plans
            ]
        )
        self.prepaid = np.array([account.pay_type is PayType.PREPAID for account, _ in rows])
        self.opening = np.array([account.opening_balance_fen for account, _ in rows], np.float64)
        self.number = np.array([line.number for _, group in rows for line in group], np.int64)
        self.of_line = np.repeat(np.arange(len(rows)), [len(group) for _, group in rows])

    def part_of_each_line(self, random: np.random.Generator) -> F64:
        """Which part of its group's use each line has, by service; parts of a group make one."""
        weight = random.uniform(0.3, 1.0, (len(self.number), len(SERVICES)))
        total = np.zeros((len(self.allowance), len(SERVICES)))
        np.add.at(total, self.of_line, weight)
        part: F64 = weight / total[self.of_line]
        return part


def _used_share(random: np.random.Generator, groups: int) -> F64:
    shape = (groups, len(SERVICES))
    quiet = random.beta(1.6, 1.0, shape) * np.array(HIGHEST_QUIET)
    beyond = random.random(shape) < BEYOND_SHARE
    share: F64 = np.where(beyond, random.uniform(0.8, 1.0, shape), quiet)
    return share


def _more_share(random: np.random.Generator, used: F64, groups: _Groups) -> F64:
    more = MORE_MEDIAN * random.lognormal(0, MORE_SPREAD, used.shape)
    most = np.full(used.shape, MOST_SHARE)
    value = np.maximum(groups.allowance * groups.price, 1)
    affordable = 1 + PREPAID_OVERAGE * groups.opening[:, None] / value
    most[groups.prepaid] = np.minimum(most, affordable)[groups.prepaid]
    share: F64 = np.minimum(more, np.maximum(most - used, 0))
    return share
