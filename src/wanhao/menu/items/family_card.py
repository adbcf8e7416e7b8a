"""Family cards: a number joins as a secondary card, or leaves for a plan of its own."""

from typing import Annotated, Literal

from pydantic import Field

from wanhao.billing.ports import refuse_elsewhere
from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.finding import on_sale, the_one
from wanhao.menu.wording import lines, name, price, sentence, yuan
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.deciding import refuse_secondary
from wanhao.parties.moving import could_move
from wanhao.parties.queries import lines_by_number
from wanhao.products.contracts import Offering
from wanhao.products.ordering import could_order
from wanhao.products.queries import offerings, products_of
from wanhao.products.rules import fee_in
from wanhao.values.cycle import Cycle
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.change_cards import SECONDARY_CARD
from wanhao.workflows.move_card import move_card
from wanhao.workflows.refuse_orders import refuse_orders

WHAT = ("套餐", "plan")


class FamilyCardInputs(Inputs):
    """Which number joins or leaves; who leaves needs a plan of its own, by its code or name."""

    action: Literal["join", "leave"]
    number: Annotated[str, Field(pattern=r"^1\d{10}$")]
    plan: str = Field(default="", max_length=32)


def propose(asking: Asking[FamilyCardInputs]) -> Answer:
    """What it costs, and what ends by it."""
    card = _card(asking)
    masked, language = Msisdn(card.number).masked, asking.asker.language
    if asking.inputs.action == "join":
        wanted = could_order(asking.line.group_id, SECONDARY_CARD, asking.now)
        sold, fee = wanted.offering, wanted.first_fee_fen
        what = asking.say(f"{masked}加入为副卡", f"{masked} joins as a secondary card")
        after = asking.say(
            f"它现有的套餐和业务立即结束：{_held(asking, card)}。",
            f"What it holds now ends at once: {_held(asking, card)}.",
        )
        undo = asking.say(
            "以后可随时退出，另选套餐。", "It can leave at any time, for a plan of its own."
        )
    else:
        sold = _plan(asking)
        fee, _, _ = fee_in(sold, asking.now, None, Cycle.of(asking.now))
        what = asking.say(
            f"{masked}退出，改用{name(sold, language)}",
            f"{masked} leaves for {name(sold, language)}",
        )
        after = asking.say(
            "它不再共享您的套餐，副卡费同时停止。",
            "It shares your plan no more, and its card fee ends.",
        )
        undo = asking.say("以后可重新加入。", "It can join again later.")
    this_month = asking.say(f"本月{yuan(fee)}", f"{yuan(fee)} this month")
    short = sentence(
        [what, price(sold, language), this_month, asking.say("立即生效", "from now on")], language
    )
    return Answer(
        long=lines([short, after, undo]),
        short=short,
        data={
            "action": asking.inputs.action,
            "number": masked,
            "offering": sold.code,
            "fee_fen": sold.fee_fen,
            "first_fee_fen": fee,
        },
    )


def answer(asking: Asking[FamilyCardInputs]) -> Answer:
    """Let it join, or leave."""
    card = _card(asking)
    joins = asking.inputs.action == "join"
    move_card(
        card.number,
        asking.line.group_id if joins else None,
        None if joins else _plan(asking).code,
        asking.now,
    )
    masked = Msisdn(card.number).masked
    said = (
        asking.say(f"{masked}已加入为副卡。", f"{masked} is a secondary card now.")
        if joins
        else asking.say(f"{masked}已退出。", f"{masked} has left.")
    )
    return Answer(long=said, short=said, data={"number": masked, "joined": joins})


def _card(asking: Asking[FamilyCardInputs]) -> LineView:
    """The card that is meant; refused where it may not join, or is none of the family."""
    refuse_elsewhere("Cards are moved")
    refuse_secondary(asking.line)
    refuse_orders(asking.line, asking.now)
    number = int(asking.inputs.number)
    card = lines_by_number({number}).get(number)
    if asking.inputs.action == "leave":
        if card is None or not _is_secondary(asking, card):
            raise RefusedError("该号码不是您的副卡。", "That number is no secondary card of yours.")
        return card
    # Somebody else's card joins only where both are seen with their documents.
    seen = asking.asker.door is Door.COUNTER
    if card is None or not (seen or card.account_id == asking.line.account_id):
        raise RefusedError(
            "该号码不在您的账户下，新办副卡或他人号码加入请双方携证件到营业厅。",
            "That number is not in your account; for a new card or somebody else's please come to "
            "a business hall, both with your documents.",
        )
    could_move(card, asking.line.group_id)
    return card


def _is_secondary(asking: Asking[FamilyCardInputs], card: LineView) -> bool:
    return card.group_id == asking.line.group_id and card.role is LineRole.SECONDARY


def _plan(asking: Asking[FamilyCardInputs]) -> Offering:
    if not asking.inputs.plan:
        raise RefusedError("请写明退出后使用的套餐。", "Please say which plan it shall have then.")
    plans = [one for one in on_sale(offerings(), asking.now) if one.is_plan]
    return the_one(asking.inputs.plan, plans, WHAT)


def _held(asking: Asking[FamilyCardInputs], card: LineView) -> str:
    held = products_of(card.group_id, asking.now)
    gap = asking.say("、", ", ")
    return gap.join(name(one.offering, asking.asker.language) for one in held)


ITEM = MenuItem(
    code="family_card",
    zh="主副卡加入、退出",
    en="Family cards",
    level=IdentityLevel.VERIFIED,
    doors=frozenset({Door.HOTLINE, Door.WEB, Door.APP, Door.COUNTER}),
    inputs=FamilyCardInputs,
    answer=answer,
    propose=propose,
)
