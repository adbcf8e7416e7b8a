"""Ending something that is held, in words; for the items that cancel."""

from collections.abc import Callable, Sequence
from typing import Any

from wanhao.billing.ports import refuse_elsewhere
from wanhao.menu.contracts import Answer, Asking, RefusedError
from wanhao.menu.wording import full_day, lines, moment, name, price, sentence
from wanhao.products.contracts import HeldProduct, Lasts, Offering
from wanhao.products.ordering import could_cancel
from wanhao.products.queries import products_of
from wanhao.workflows.cancel_product import cancel_product


def held_offerings(asking: Asking[Any], wanted: Callable[[Offering], bool]) -> list[Offering]:
    """What of a kind the line's group holds, each once, in the order of ordering."""
    held = (one.offering for one in products_of(asking.line.group_id, asking.now))
    return list({one.code: one for one in held if wanted(one)}.values())


def propose_end(asking: Asking[Any], offering: Offering) -> Answer:
    """Until when it can still be used if it is cancelled, and how to have it again."""
    refuse_elsewhere("Products are cancelled")
    _refuse_ending(asking, offering)
    product = could_cancel(asking.line.group_id, offering.code, asking.now)
    language = asking.asker.language
    short = sentence(
        [
            asking.say("退订", "cancel ") + name(offering, language),
            price(offering, language),
            _until(asking, product),
        ],
        language,
    )
    return Answer(long=lines([short, _again(asking, product)]), short=short, data=_data(product))


def end(asking: Asking[Any], offering: Offering) -> Answer:
    """Cancel it."""
    _refuse_ending(asking, offering)
    product = cancel_product(asking.line.group_id, offering.code, asking.now)
    language = asking.asker.language
    called = name(offering, language)
    short = sentence(
        [asking.say(f"您已退订{called}", f"cancelled: {called}"), _until(asking, product)], language
    )
    return Answer(long=short, short=short, data=_data(product))


def _refuse_ending(asking: Asking[Any], offering: Offering) -> None:
    """RefusedError when all of it that is held ends by itself, or was cancelled before."""
    same: Sequence[HeldProduct] = [
        one
        for one in products_of(asking.line.group_id, asking.now)
        if one.offering.code == offering.code
    ]
    ends = [one.until for one in same if one.until is not None]
    if same and len(ends) == len(same):
        until = max(ends)
        zh, en = (full_day(until, language) for language in type(asking.asker.language))
        raise RefusedError(
            f"{offering.name_zh}将于{zh}到期，无需退订。",
            f"{offering.name_en} ends by itself on {en}; there is nothing to cancel.",
        )


def _until(asking: Asking[Any], product: HeldProduct) -> str:
    if product.until is None or product.until <= asking.now:
        return asking.say("立即停用", "from now on")
    until = moment(product.until, asking.asker.language)
    return asking.say(f"可用到{until}", f"usable until {until}")


def _again(asking: Asking[Any], product: HeldProduct) -> str:
    later = product.until is not None and product.until > asking.now
    if later and product.offering.lasts is Lasts.UNTIL_CANCELLED:
        return asking.say(
            "到期前重新开通即可继续使用，不另收费。",
            "Opened again before that it simply goes on, without another fee.",
        )
    return asking.say("以后可重新开通。", "It can be opened again later.")


def _data(product: HeldProduct) -> dict[str, str | int | None]:
    return {
        "code": product.offering.code,
        "product": product.product_id,
        "fee_fen": product.offering.fee_fen,
        "until": product.until.isoformat() if product.until else None,
    }
