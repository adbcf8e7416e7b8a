"""Open a pack: what it holds and costs is said first, and a yes orders it."""

from pydantic import Field

from wanhao.billing.ports import refuse_elsewhere
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
)
from wanhao.menu.packs import pack_named
from wanhao.menu.wording import contents, lasts, lines, moment, name, price, sentence, yuan
from wanhao.products.contracts import Effect, Lasts, Offering
from wanhao.products.order_contracts import PossibleOrder
from wanhao.products.ordering import could_order
from wanhao.workflows.order_product import order_product
from wanhao.workflows.refuse_orders import refuse_orders


class PackOpenInputs(Inputs):
    """Which pack, by its code or name."""

    pack: str = Field(min_length=1, max_length=32)


def propose(asking: Asking[PackOpenInputs]) -> Answer:
    """What the pack holds and costs, from when, and how it ends."""
    refuse_elsewhere("Packs are ordered")
    pack = pack_named(asking.inputs.pack, asking.now)
    refuse_orders(asking.line, asking.now)
    wanted = could_order(asking.line.group_id, pack.code, asking.now)
    language = asking.asker.language
    short = sentence(
        [
            asking.say("开通", "open ") + name(pack, language),
            price(pack, language),
            *_first_month(asking, wanted),
            asking.say("立即生效", "from now on"),
        ],
        language,
    )
    holds = contents(pack, language)
    return Answer(
        long=lines(
            [
                short,
                sentence(
                    [asking.say(f"含{holds}", f"with {holds}"), lasts(pack, language)], language
                ),
                _end(asking, pack),
            ]
        ),
        short=short,
        data={
            "pack": pack.code,
            "fee_fen": pack.fee_fen,
            "first_fee_fen": wanted.first_fee_fen,
            "goes_on": wanted.goes_on,
        },
    )


def answer(asking: Asking[PackOpenInputs]) -> Answer:
    """Order it."""
    pack = pack_named(asking.inputs.pack, asking.now)
    held = order_product(asking.line.group_id, pack.code, asking.now)
    language = asking.asker.language
    called = name(pack, language)
    said = [asking.say(f"您已开通{called}", f"you now have {called}")]
    if held.until is not None:
        until = moment(held.until, language)
        said.append(asking.say(f"{until}到期", f"until {until}"))
    short = sentence(said, language)
    return Answer(
        long=lines([short, _end(asking, pack)]),
        short=short,
        data={
            "pack": pack.code,
            "product": held.product_id,
            "until": held.until.isoformat() if held.until else None,
            "stays": pack.lasts is not Lasts.UNTIL_CANCELLED,
        },
    )


def _first_month(asking: Asking[PackOpenInputs], wanted: PossibleOrder) -> list[str]:
    """What is owed this month, where it is not the price."""
    fee = wanted.first_fee_fen
    if wanted.goes_on:
        return [asking.say("本月不再收费", "nothing more this month")]
    if fee == wanted.offering.fee_fen:
        return []
    return [asking.say(f"本月{yuan(fee)}", f"{yuan(fee)} this month")]


def _end(asking: Asking[PackOpenInputs], pack: Offering) -> str:
    if pack.lasts is not Lasts.UNTIL_CANCELLED:
        return asking.say(
            "到期自动失效，费用不退。", "It ends by itself; its fee is not given back."
        )
    if pack.cancel is Effect.AT_ONCE:
        return asking.say("可随时退订，立即停用。", "It can be cancelled at any time, at once.")
    return asking.say(
        "可随时退订，用到月底。", "It can be cancelled at any time, and ends with the month."
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
