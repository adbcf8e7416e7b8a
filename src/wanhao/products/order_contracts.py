"""What other rooms may hold of an order before it is made."""

from dataclasses import dataclass
from datetime import datetime

from wanhao.products.contracts import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleOrder:
    """What an order would come to: `first_fee_fen` is owed for the running month. `goes_on`: it is
    held, was cancelled, and would simply not end; nothing more is owed this month."""

    offering: Offering
    first_fee_fen: int
    goes_on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleChange:
    """What a change of plan would come to. `stays`: the plan in force would simply not end, and a
    change that was asked for before would not come."""

    held: Offering
    wanted: Offering
    begins: datetime
    stays: bool
