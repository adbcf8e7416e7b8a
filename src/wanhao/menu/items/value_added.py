"""Value added: cancel something that is held and is neither plan nor pack."""

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
from wanhao.menu.finding import matching, names, the_one
from wanhao.parties.contracts import Language
from wanhao.products.contracts import Kind, Offering

WHAT = ("增值业务", "product")
NEITHER = (Kind.BROADBAND, Kind.UPGRADE, Kind.MODULE)


class ValueAddedInputs(Inputs):
    """Which product, by its code or name; when none is named, those that are held are told."""

    product: str = Field(default="", max_length=32)


def propose(asking: Asking[ValueAddedInputs]) -> Answer:
    """When it would end."""
    return propose_end(asking, _product(asking))


def answer(asking: Asking[ValueAddedInputs]) -> Answer:
    """End it."""
    return end(asking, _product(asking))


def _product(asking: Asking[ValueAddedInputs]) -> Offering:
    held = held_offerings(asking, lambda one: one.kind in NEITHER)
    if not held:
        raise RefusedError("您没有可退订的增值业务。", "You have nothing of that kind to cancel.")
    if not asking.inputs.product:
        zh, en = (names(held, language) for language in (Language.ZH, Language.EN))
        raise RefusedError(
            f"您已订：{zh}。请写明退订哪一个。", f"You have {en}. Please say which to cancel."
        )
    if not matching(asking.inputs.product, held):
        raise RefusedError(
            f"您没有订购“{asking.inputs.product}”。", f"You do not have '{asking.inputs.product}'."
        )
    return the_one(asking.inputs.product, held, WHAT)


ITEM = MenuItem(
    code="value_added",
    zh="增值业务退订",
    en="Cancel a value-added product",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=ValueAddedInputs,
    answer=answer,
    propose=propose,
)
