"""Top up: a voucher or recharge card by its code, for any line of ours; else where to pay."""

from pydantic import Field

from wanhao.billing.orders.ports import connected_channels
from wanhao.billing.queries import balances
from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.refusing import refusal_of
from wanhao.menu.wording import lines, money, sentence
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.redeem_voucher import redeem_for_line

PAY_PAGE = "/hall/pay/"
"""Where the online hall takes payments."""


class TopupInputs(Inputs):
    """The code of a voucher or recharge card, and for which number; else for one's own."""

    code: str = Field(default="", max_length=40)
    number: str = Field(default="", pattern=r"^(1\d{10})?$")


def answer(asking: Asking[TopupInputs]) -> Answer:
    """Redeem the code, or say where to pay."""
    if not asking.inputs.code:
        return _where(asking)
    line = _line(asking)
    paid = redeem_for_line(line, asking.inputs.code, asking.now)
    if isinstance(paid, WanhaoError):
        said = refusal_of(paid).said(asking.asker.language)
        return Answer(long=said, short=said, refused=True)
    has = paid.balance_fen
    masked = Msisdn(line.number).masked
    parts = (
        [asking.say(f"已为{masked}充值成功", f"topped up {masked}")]
        if paid.first
        else [asking.say(f"这张卡已充入{masked}", f"this card went to {masked} before")]
    )
    # What somebody else has is not told to whoever pays for them.
    if _is_own(asking, line):
        parts.append(asking.say(f"余额{money(has)}", f"balance {money(has)}"))
    said = sentence(parts, asking.asker.language)
    return Answer(
        long=said,
        short=said,
        data={
            "number": masked,
            "first": paid.first,
            "balance_fen": has if _is_own(asking, line) else None,
        },
    )


def _where(asking: Asking[TopupInputs]) -> Answer:
    ways = asking.say(
        "充值请发送充值卡或代金券编号；或到营业厅、代办点，用网上营业厅、微信、支付宝缴费。",
        "Give the code of a recharge card or voucher; or pay at a hall or shop, online, by WeChat "
        "or Alipay.",
    )
    own = asking.asker.line
    owed = 0
    if own is not None and asking.asker.level >= IdentityLevel.KNOWN:
        owed = max(-balances([own.account_id]).get(own.account_id, 0), 0)
    owes = asking.say(f"您目前欠费{money(owed)}。", f"You owe {money(owed)}.") if owed else ""
    return Answer(
        long=lines([ways, owes]),
        short=ways,
        data={
            "owed_fen": owed,
            "ways": ["card", "hall", "shop", "web", "wechat", "alipay"],
            "pay_url": PAY_PAGE if connected_channels() else "",
        },
    )


def _line(asking: Asking[TopupInputs]) -> LineView:
    if not asking.inputs.number:
        if asking.asker.line is None:
            raise RefusedError("请写明要充值的号码。", "Please say which number to top up.")
        return asking.asker.line
    number = int(asking.inputs.number)
    line = lines_by_number({number}).get(number)
    if line is None:
        raise RefusedError(
            f"{asking.inputs.number}不是我们的号码，请核对。",
            f"{asking.inputs.number} is no number of ours; please look again.",
        )
    return line


def _is_own(asking: Asking[TopupInputs], line: LineView) -> bool:
    own = asking.asker.line
    known = asking.asker.level >= IdentityLevel.KNOWN
    return known and own is not None and own.account_id == line.account_id


ITEM = MenuItem(
    code="topup",
    zh="充值缴费",
    en="Top up",
    level=IdentityLevel.ANYONE,
    doors=frozenset(
        {
            *(Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL),
            *(Door.COUNTER, Door.API),
        }
    ),
    inputs=TopupInputs,
    answer=answer,
    changes=True,
)
