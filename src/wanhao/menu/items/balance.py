"""Balance: what is left to spend, and what it is made of."""

from collections.abc import Sequence

from wanhao.billing.queries import balances
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.values.money import Money


def answer(asking: Asking[NoInputs]) -> Answer:
    """The account's money."""
    return together([asking])[0]


def together(asked: Sequence[Asking[NoInputs]]) -> list[Answer]:
    """The same for many, with one look at the ledger."""
    has = balances({asking.line.account_id for asking in asked})
    return [_told(asking, has.get(asking.line.account_id, 0)) for asking in asked]


def _told(asking: Asking[NoInputs], fen: int) -> Answer:
    money = Money(abs(fen))
    said = (
        asking.say(f"您已欠费{money}。", f"You owe {money}.")
        if fen < 0
        else asking.say(f"您的余额为{money}。", f"Your balance is {money}.")
    )
    return Answer(long=said, short=said, data={"balance_fen": fen})


ITEM = MenuItem(
    code="balance",
    zh="查余额",
    en="Balance",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    together=together,
)
