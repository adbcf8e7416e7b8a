"""Redeem points: what they become and what is left is said first."""

from pydantic import Field

from wanhao.loyalty.contracts import RedeemItem
from wanhao.loyalty.queries import items
from wanhao.loyalty.redeeming import could_redeem
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.finding import folded
from wanhao.menu.wording import lines, pick, sentence, yuan
from wanhao.parties.deciding import refuse_secondary
from wanhao.workflows.redeem_points import redeem_points


class RedeemInputs(Inputs):
    """Into what, by its code or name, and how many of it."""

    item: str = Field(default="phone-bill", min_length=1, max_length=32)
    quantity: int = Field(default=1, ge=1, le=10_000)


def propose(asking: Asking[RedeemInputs]) -> Answer:
    """What goes and what comes."""
    refuse_secondary(asking.line)
    item = _item(asking)
    made = could_redeem(
        account_id=asking.line.account_id,
        item=item.code,
        quantity=asking.inputs.quantity,
        now=asking.now,
    )
    gets = _gets(asking, item, made.bill_fen)
    short = sentence(
        [
            asking.say(f"用{made.points}积分兑换{gets}", f"{made.points} points for {gets}"),
            asking.say(f"剩{made.left}积分", f"{made.left} left"),
            asking.say("立即生效", "from now on"),
        ],
        asking.asker.language,
    )
    undo = asking.say(
        "兑换错了可到营业厅撤销一次。", "Redeemed by mistake? A business hall takes it back once."
    )
    return Answer(
        long=lines([short, undo]),
        short=short,
        data={
            "item": item.code,
            "quantity": made.quantity,
            "points": made.points,
            "left": made.left,
            "bill_fen": made.bill_fen,
        },
    )


def answer(asking: Asking[RedeemInputs]) -> Answer:
    """Redeem once."""
    refuse_secondary(asking.line)
    item = _item(asking)
    made = redeem_points(
        asking.line.account_id,
        item.code,
        asking.inputs.quantity,
        f"menu-{asking.reference}",
        asking.now,
    )
    gets = _gets(asking, item, made.bill_fen)
    short = sentence(
        [
            asking.say(f"已兑换{gets}", f"redeemed: {gets}"),
            asking.say(f"用{made.points}积分", f"{made.points} points"),
            asking.say(f"剩{made.left}积分", f"{made.left} left"),
        ],
        asking.asker.language,
    )
    where = (
        asking.say("话费已到账。", "It is on your balance.")
        if made.bill_fen
        else asking.say("请到营业厅领取。", "Please collect it at a business hall.")
    )
    return Answer(
        long=lines([short, where]),
        short=short,
        data={
            "redemption": made.redemption_id,
            "points": made.points,
            "left": made.left,
            "bill_fen": made.bill_fen,
        },
    )


def _item(asking: Asking[RedeemInputs]) -> RedeemItem:
    wanted = folded(asking.inputs.item)
    for item in items().values():
        if wanted in (folded(item.code), folded(item.name_zh), folded(item.name_en)):
            return item
    zh = "、".join(item.name_zh for item in items().values())
    en = ", ".join(item.name_en for item in items().values())
    raise RefusedError(f"可兑换：{zh}。", f"Points can become: {en}.")


def _gets(asking: Asking[RedeemInputs], item: RedeemItem, bill_fen: int) -> str:
    if bill_fen:
        return asking.say(f"话费{yuan(bill_fen)}", f"{yuan(bill_fen)} off the phone bill")
    named = pick(asking.asker.language, (item.name_zh, item.name_en))
    return f"{named}×{asking.inputs.quantity}"


ITEM = MenuItem(
    code="redeem",
    zh="积分兑换",
    en="Redeem points",
    level=IdentityLevel.VERIFIED,
    doors=EVERYWHERE,
    inputs=RedeemInputs,
    answer=answer,
    propose=propose,
)
