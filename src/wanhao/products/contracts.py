"""What other rooms may hold of offerings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """A plan on sale: monthly fee, what it includes, and the price of a unit beyond it."""

    code: str
    name_zh: str
    name_en: str
    fee_fen: int
    voice_minutes: int
    messages: int
    data_mb: int
    voice_unit_seconds: int
    voice_price_fen: int
    message_price_fen: int
    data_price_fen_per_mb: int
