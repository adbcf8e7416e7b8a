"""Open a pack: what it holds and costs is said first, and a yes orders it."""

from pydantic import Field

from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.products.contracts import Kind, Offering
from wanhao.products.queries import offerings
from wanhao.values.cycle import SHANGHAI
from wanhao.values.money import Money
from wanhao.workflows.order_product import order_product


class PackOpenInputs(Inputs):
    """Which pack, by its code in the catalogue; small letters are as good."""

    pack: str = Field(min_length=1, max_length=32)


def propose(asking: Asking[PackOpenInputs]) -> Answer:
    """What the pack costs."""
    pack = _pack(asking)
    price = Money(pack.fee_fen)
    said = asking.say(
        f"{pack.name_zh}：{price}，立即生效。", f"{pack.name_en}: {price}, from now on."
    )
    return Answer(long=said, short=said, data={"pack": pack.code, "fee_fen": pack.fee_fen})


def answer(asking: Asking[PackOpenInputs]) -> Answer:
    """Order it."""
    pack = _pack(asking)
    order_product(asking.line.group_id, pack.code, asking.now)
    said = asking.say(f"您已开通{pack.name_zh}。", f"You now have {pack.name_en}.")
    return Answer(long=said, short=said, data={"pack": pack.code})


def _pack(asking: Asking[PackOpenInputs]) -> Offering:
    day = asking.now.astimezone(SHANGHAI).date()
    wanted = asking.inputs.pack.casefold()
    for offering in offerings():
        sold = offering.sold_from <= day <= (offering.sold_until or day)
        if offering.code.casefold() == wanted and offering.kind is Kind.PACK and sold:
            return offering
    raise RefusedError(
        f"没有名为“{asking.inputs.pack}”的流量包或短信包。",
        f"There is no pack called '{asking.inputs.pack}'.",
    )


ITEM = MenuItem(
    code="pack_open",
    zh="开通流量包、短信包",
    en="Open a pack",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=PackOpenInputs,
    answer=answer,
    propose=propose,
)
