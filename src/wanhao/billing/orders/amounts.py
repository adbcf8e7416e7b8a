"""Amounts of payments as people type them, and as an address carries them; pure."""

import re
from enum import StrEnum

from wanhao.billing.order_contracts import LEAST_FEN, MOST_FEN
from wanhao.values.typed import as_meant

YUAN = re.compile(r"(?P<yuan>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<fen>\d*))?", re.ASCII)
LONGEST = 24


class AmountFault(StrEnum):
    """Why what was typed cannot be paid."""

    UNREADABLE = "unreadable"
    TOO_FINE = "too-fine"
    TOO_LITTLE = "too-little"
    TOO_MUCH = "too-much"


def read_amount(
    typed: str, least_fen: int = LEAST_FEN, most_fen: int = MOST_FEN
) -> int | AmountFault:
    """Yuan as an input method may write them, in fen; else what is wrong with them.

    Full-width digits, a full stop of Chinese, the sign of the yuan before and 元 after are read as
    they are meant; a comma only between thousands.
    """
    plain = as_meant(typed).replace("。", ".")
    found = YUAN.fullmatch(plain.lstrip("¥￥").rstrip("元")) if len(plain) <= LONGEST else None
    if found is None or not (found["yuan"] or found["fen"]):
        return AmountFault.UNREADABLE
    rest = found["fen"] or ""
    if len(rest) > 2:
        return AmountFault.TOO_FINE
    fen = int(found["yuan"].replace(",", "") or "0") * 100 + int(rest.ljust(2, "0"))
    if fen < least_fen:
        return AmountFault.TOO_LITTLE
    return AmountFault.TOO_MUCH if fen > most_fen else fen


def fen_of(yuan: str) -> int | None:
    """Yuan with at most two decimals, in fen; None when it is no amount that can be paid."""
    read = read_amount(yuan)
    return None if isinstance(read, AmountFault) else read


def yuan_of(fen: int) -> str:
    """Fen as `fen_of` reads them again: 5000 is 50, 5050 is 50.50."""
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}" if rest else f"{yuan}"
