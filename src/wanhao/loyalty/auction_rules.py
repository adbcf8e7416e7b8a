"""What a lot begins at, what may be bid, and when bidding ends; pure."""

from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.loyalty.auction_contracts import AuctionTerms, Level
from wanhao.loyalty.files import read, whole

FILE = Path(__file__).with_name("auctions.toml")


@lru_cache(maxsize=1)
def auction_terms() -> AuctionTerms:
    """What the file says; WanhaoError where it is wrong."""
    return read(FILE, _terms)


def _terms(told: dict[str, Any]) -> AuctionTerms:
    return AuctionTerms(
        deposit_percent=whole(told["deposit_percent"], "deposit_percent", 1, 100),
        step_percent=whole(told["step_percent"], "step_percent", 1, 100),
        most_steps=whole(told["most_steps"], "most_steps", 1, 1_000),
        extension=timedelta(minutes=whole(told["extension_minutes"], "extension_minutes", 1, 60)),
        most_days=whole(told["most_days"], "most_days", 1, 365),
        pay=timedelta(days=whole(told["pay_days"], "pay_days", 1, 30)),
        right=timedelta(days=whole(told["right_days"], "right_days", 1, 3_650)),
        fund_zh=str(told["fund_zh"]),
        fund_en=str(told["fund_en"]),
        levels={code: _level(code, level) for code, level in told["levels"].items()},
    )


def _level(code: str, told: dict[str, Any]) -> Level:
    return Level(
        code=code,
        start_fen=whole(told["start_fen"], f"{code} start_fen", 100),
        minimum_fen=whole(told["minimum_fen"], f"{code} minimum_fen"),
        prestore_fen=whole(told["prestore_fen"], f"{code} prestore_fen"),
        months=whole(told["months"], f"{code} months", 1, 600),
    )


def part(fen: int, percent: int) -> int:
    """So much per cent of an amount; a fraction of a fen counts as one."""
    return -(-fen * percent // 100)


def least_bid(start_fen: int, step_fen: int, best_fen: int | None) -> int:
    """What the next bid must be at least: the price to begin at, then a step above the highest."""
    return start_fen if best_fen is None else best_fen + step_fen


def most_bid(least_fen: int, step_fen: int, terms: AuctionTerms) -> int:
    """What the next bid may be at most."""
    return least_fen + terms.most_steps * step_fen


def end_after_bid(ends_at: datetime, bid_at: datetime, terms: AuctionTerms) -> datetime:
    """When bidding ends after a bid: never within two minutes of it."""
    return max(ends_at, bid_at + terms.extension)


def deposit_reference(lot_id: int, account_id: int) -> str:
    """Under what an account's deposit for a lot is held."""
    return f"lot-{lot_id}-{account_id}"
