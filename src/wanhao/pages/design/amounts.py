"""Amounts as people type them."""

import re

from wanhao.billing.order_contracts import LEAST_FEN, MOST_FEN

YUAN = re.compile(r"^(\d{1,6})(?:\.(\d{1,2}))?$", re.ASCII)


def fen_of(yuan: str) -> int | None:
    """Yuan with at most two decimals, in fen; None when it is no amount that can be paid."""
    found = YUAN.match(yuan.replace(",", "").lstrip("¥￥"))
    if found is None:
        return None
    fen = int(found[1]) * 100 + int(f"{found[2] or '0':0<2}")
    return fen if LEAST_FEN <= fen <= MOST_FEN else None
