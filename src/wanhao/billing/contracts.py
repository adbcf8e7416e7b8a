"""What other rooms may hold of balances and payments."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """What a payment came to; `first` is false when its reference was known already."""

    account_id: int
    balance_fen: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A payment to be recorded; its unique `reference` makes it happen once."""

    account_id: int
    amount_fen: int
    reference: str
