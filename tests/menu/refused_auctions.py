"""What the charity auction refuses."""

from collections.abc import Callable

from tests.workflows.auctions import (
    DEPOSIT,
    ENDS,
    NOW,
    NUMBER,
    START,
    STEP,
    a_lot,
    bid,
    keep_until,
    open_bidders,
)
from wanhao.workflows.pay_for_lot import pay_for_lot


def a_bid(fen: int = START, *, money: int = 100_000) -> object:
    a_lot()
    return bid(open_bidders(1, money)[0], fen)


def against_oneself() -> object:
    (who,) = open_bidders(1)
    a_lot()
    bid(who, START)
    return bid(who, START + STEP)


def paid_too_late() -> object:
    (who,) = open_bidders(1)
    a_lot()
    bid(who, START)
    keep_until(ENDS)
    return pay_for_lot(NUMBER, who.account_id, ENDS.replace(year=2027))


OF_AUCTIONS: list[tuple[str, Callable[[], object], str, str]] = [
    ("no lot", lambda: bid(open_bidders(1)[0], START), f"{NUMBER}现在不接受出价", "No bids are"),
    ("own bid", against_oneself, "出价¥300.00已是最高", "¥300.00 is the highest already"),
    (
        "too low",
        lambda: a_bid(START - 1),
        "应在¥300.00到¥600.00之间",
        "must be from ¥300.00 to ¥600.00",
    ),
    (
        "no deposit",
        lambda: a_bid(money=DEPOSIT - 1),
        "需要余额¥30.00，您现有¥29.99",
        "¥30.00 is needed, and you have ¥29.99",
    ),
    ("not won", lambda: pay_for_lot(NUMBER, 1, NOW), "没有待付款的竞拍号码", "no number for you"),
    ("too late", paid_too_late, "付款期限已过", "time to pay for it is over"),
]
