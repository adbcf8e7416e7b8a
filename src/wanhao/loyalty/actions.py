"""Writes of points and stars. Whatever changes a batch writes the entry that explains it."""

from wanhao.loyalty.crediting import earn, expire
from wanhao.loyalty.redeeming import redeem, reverse_redemption
from wanhao.loyalty.turns import begin_slice, end_slice
from wanhao.loyalty.valuing import evaluate, leave, use_right

__all__ = (
    "begin_slice",
    "earn",
    "end_slice",
    "evaluate",
    "expire",
    "leave",
    "redeem",
    "reverse_redemption",
    "use_right",
)
