"""Amounts of records and disputes about them, in words, for customers and employees."""

from collections.abc import Mapping
from types import MappingProxyType

from wanhao.billing.bills.figures import data_amount, voice_amount
from wanhao.menu.wording import pick
from wanhao.parties.contracts import Language
from wanhao.usage.disputes import DisputeOutcome, DisputeReason

REASONS: Mapping[DisputeReason, tuple[str, str]] = MappingProxyType(
    {
        DisputeReason.NOT_MINE: ("不是我使用的", "I did not use this"),
        DisputeReason.AMOUNT: ("用量不对", "The amount is not right"),
        DisputeReason.CHARGE: ("费用不对", "The charge is not right"),
        DisputeReason.OTHER: ("其他", "Something else"),
    }
)
OUTCOMES: Mapping[DisputeOutcome, tuple[str, str]] = MappingProxyType(
    {
        DisputeOutcome.STANDS: ("核实无误", "The record is right"),
        DisputeOutcome.CORRECTED: ("已更正", "Corrected"),
    }
)


def amount(code: str, quantity: int, language: Language) -> str:
    """An amount as it was recorded: seconds, messages, octets."""
    if code == "voice":
        return voice_amount(quantity, 1, language)
    if code == "data":
        return data_amount(quantity)
    return pick(language, (f"{quantity}条", f"{quantity}"))
