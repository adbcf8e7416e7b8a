"""Amounts of payments as people type them, and as an address carries them; pure."""

import re

from wanhao.billing.order_contracts import LEAST_FEN, MOST_FEN
from wanhao.values.typed import as_meant

YUAN = re.compile(r"^(\d{1,6})(?:\.(\d{1,2}))?$", re.ASCII)


def fen_of(yuan: str) -> int | None:
    """Yuan with at most two decimals, in fen; None when it is no amount that can be paid."""
    found = YUAN.match(as_meant(yuan).replace(",", "").lstrip("¥￥"))
    if found is None:
        return None
    fen = int(found[1]) * 100 + int(f"{found[2] or '0':0<2}")
    return fen if LEAST_FEN <= fen <= MOST_FEN else None


def yuan_of(fen: int) -> str:
    """Fen as `fen_of` reads them again: 5000 is 50, 5050 is 50.50."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}" if rest else f"{yuan}"
