"""Cancel a pack: until when it can still be used is said first."""

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
from wanhao.menu.ending import end, held_offerings, propose_end
from wanhao.menu.finding import matching, the_one
from wanhao.menu.packs import WHAT
from wanhao.products.contracts import Kind, Offering


class PackCancelInputs(Inputs):
    """Which pack, by its code or name."""

    pack: str = Field(min_length=1, max_length=32)


def propose(asking: Asking[PackCancelInputs]) -> Answer:
    """When it would end."""
    return propose_end(asking, _pack(asking))


def answer(asking: Asking[PackCancelInputs]) -> Answer:
    """End it."""
    return end(asking, _pack(asking))


def _pack(asking: Asking[PackCancelInputs]) -> Offering:
    packs = held_offerings(asking, lambda one: one.kind is Kind.PACK)
    if not matching(asking.inputs.pack, packs):
        raise RefusedError(
            f"您没有订购“{asking.inputs.pack}”。", f"You do not have '{asking.inputs.pack}'."
        )
    return the_one(asking.inputs.pack, packs, WHAT)


ITEM = MenuItem(
    code="pack_cancel",
    zh="退订流量包、短信包",
    en="Cancel a pack",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=PackCancelInputs,
    answer=answer,
    propose=propose,
)
