"""Top up: a voucher or recharge card by its code, for any line of ours; else on to a payment."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from wanhao.billing.order_contracts import LEAST_FEN, MOST_FEN
from wanhao.billing.orders.amounts import fen_of
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
    ToPay,
)
from wanhao.menu.refusing import refusal_of
from wanhao.menu.wording import lines, money, sentence
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.redeem_voucher import redeem_for_line

CHANNEL_NAMES = {"wechat": ("微信支付", "WeChat Pay"), "alipay": ("支付宝", "Alipay")}


class TopupInputs(Inputs):
    """The code of a voucher or recharge card; or an amount in yuan, as 50 or 50.50, and by which
    channel it is paid. For which number; else for one's own."""

    amount: str = Field(default="", max_length=12)
    channel: Literal["", "wechat", "alipay"] = ""
    code: str = Field(default="", max_length=40)
    number: str = Field(default="", pattern=r"^(1\d{10})?$")

    @field_validator("amount")
    @classmethod
    def _payable(cls, amount: str) -> str:
        if amount and fen_of(amount) is None:
            raise RefusedError(
                f"金额请填{money(LEAST_FEN)}至{money(MOST_FEN)}，最多两位小数，例如50或50.50。",
                f"Give an amount from {money(LEAST_FEN)} to {money(MOST_FEN)}, with at most two "
                "decimals, as 50 or 50.50.",
            )
        return amount

    @model_validator(mode="after")
    def _one_way(self) -> "TopupInputs":
        if self.code and (self.amount or self.channel):
            raise RefusedError(
                "充值卡和在线支付请分别办理：填了卡号就不要填金额和支付方式。",
                "Use the card or pay online, one after the other: with a code leave the amount and "
                "the channel out.",
            )
        return self

    @property
    def amount_fen(self) -> int:
        """What is to be paid; 0 where that is still open."""
        return fen_of(self.amount) or 0


def answer(asking: Asking[TopupInputs]) -> Answer:
    """Redeem the code, or lead on to the payment."""
    if not asking.inputs.code:
        return _to_pay(asking)
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


def _to_pay(asking: Asking[TopupInputs]) -> Answer:
    """Nothing is begun here: the door leads to where it is paid, with this filled in."""
    given, own = asking.inputs, asking.asker.line
    line = _line(asking) if given.number else own
    others = given.number if own is None or line is None or own.number != line.number else ""
    pay = ToPay(
        amount_fen=given.amount_fen,
        number=others,
        channel=given.channel,
        online=_is_online(given.channel),
    )
    owed = 0
    if own is not None and asking.asker.level >= IdentityLevel.KNOWN:
        owed = max(-balances([own.account_id]).get(own.account_id, 0), 0)
    owes = asking.say(f"您目前欠费{money(owed)}。", f"You owe {money(owed)}.") if owed else ""
    first, ways = _wanted(asking, pay, line), _ways(asking, pay)
    gap = asking.say("", " ")
    return Answer(
        long=lines([first, owes, ways]),
        short=gap.join(part for part in (first, ways) if part),
        data={
            "owed_fen": owed,
            "amount_fen": pay.amount_fen,
            "ways": ["card", "hall", "shop", *connected_channels()],
            "pay_url": pay.path if pay.online else "",
        },
        to_pay=pay,
    )


def _wanted(asking: Asking[TopupInputs], pay: ToPay, line: LineView | None) -> str:
    """What is to be paid, for whom and by what; nothing where no amount was named."""
    if not pay.amount_fen:
        return ""
    whom = Msisdn(line.number).masked if line is not None else ""
    zh, en = CHANNEL_NAMES.get(pay.channel, ("", ""))
    amount = money(pay.amount_fen)
    return asking.say(
        f"{f'为{whom}' if whom else ''}{f'用{zh}' if zh else ''}缴费{amount}，尚未扣款。",
        f"{amount}{f' for {whom}' if whom else ''}{f' by {en}' if en else ''}: nothing was taken "
        "yet.",
    )


def _ways(asking: Asking[TopupInputs], pay: ToPay) -> str:
    if pay.online:
        return asking.say(
            "请在网上营业厅付款，或用充值卡、到营业厅缴费。",
            "Pay in the online hall, by a recharge card, or at a hall or shop.",
        )
    return asking.say(
        "现在不能这样在线付款，请用充值卡，或到营业厅、代办点缴费。",
        "This cannot be paid online just now; use a recharge card, or pay at a hall or shop.",
    )


def _is_online(channel: str) -> bool:
    channels = connected_channels()
    return channel in channels if channel else bool(channels)


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
            *(Door.SMS, Door.HOTLINE, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL),
            *(Door.COUNTER, Door.ASSISTANT, Door.API),
        }
    ),
    inputs=TopupInputs,
    answer=answer,
    changes=True,
)
