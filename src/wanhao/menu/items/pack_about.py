"""About packs: which there are; or what one holds, costs, and how long it is good."""

from pydantic import Field

from wanhao.menu.contracts import (
    EVERYWHERE,
    JSON,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
)
from wanhao.menu.packs import pack_named, packs_on_sale
from wanhao.menu.wording import contents, lasts, lines, name, notes, price, sentence
from wanhao.products.contracts import Effect, FirstMonth, Lasts, Offering

FEW = 3


class PackAboutInputs(Inputs):
    """Which pack, by its code or name; all of them when none is named."""

    pack: str = Field(default="", max_length=32)


def answer(asking: Asking[PackAboutInputs]) -> Answer:
    """What there is to know of a pack, or the packs on sale."""
    if not asking.inputs.pack:
        return _all(asking)
    pack = pack_named(asking.inputs.pack, asking.now)
    language = asking.asker.language
    short = sentence(_about(asking, pack), language)
    return Answer(
        long=lines([short, *_terms(asking, pack), *notes(pack, language)]),
        short=short,
        data=_data(asking, pack),
    )


def _all(asking: Asking[PackAboutInputs]) -> Answer:
    language, packs = asking.asker.language, packs_on_sale(asking.now)
    few = [f"{name(one, language)}" for one in packs[:FEW]]
    few.append(asking.say(f"共{len(packs)}种", f"{len(packs)} in all"))
    return Answer(
        long=lines(sentence(_about(asking, one), language) for one in packs),
        short=sentence(few, language),
        data={"packs": [_data(asking, one) for one in packs]},
    )


def _about(asking: Asking[PackAboutInputs], pack: Offering) -> list[str]:
    language = asking.asker.language
    holds = contents(pack, language)
    return [
        f"{name(pack, language)} {price(pack, language)}",
        asking.say(f"含{holds}", f"with {holds}"),
        lasts(pack, language),
    ]


def _terms(asking: Asking[PackAboutInputs], pack: Offering) -> list[str]:
    """What is to be known besides: the first month, the end, how many."""
    said = []
    if pack.lasts is Lasts.UNTIL_CANCELLED and pack.first_month is FirstMonth.BY_DAYS:
        said.append(
            asking.say(
                "首月按天计费，用量同样按天给。", "In the first month fee and allowance go by days."
            )
        )
    if pack.lasts is Lasts.UNTIL_CANCELLED:
        said.append(
            asking.say("退订后立即停用。", "Cancelled, it ends at once.")
            if pack.cancel is Effect.AT_ONCE
            else asking.say("退订后用到月底。", "Cancelled, it ends with the month.")
        )
    if any(part.rolls for part in pack.allowances):
        said.append(
            asking.say("剩余流量结转到下月。", "What is left rolls over into the next month.")
        )
    if pack.limit == 0:
        said.append(asking.say("可多次订购。", "It can be had more than once."))
    return said


def _data(asking: Asking[PackAboutInputs], pack: Offering) -> dict[str, JSON]:
    return {
        "code": pack.code,
        "name": name(pack, asking.asker.language),
        "fee_fen": pack.fee_fen,
        "period": pack.period.value,
        "lasts": pack.lasts.value,
        "voice_minutes": pack.voice_minutes,
        "messages": pack.messages,
        "data_mb": pack.data_mb,
    }


ITEM = MenuItem(
    code="pack_about",
    zh="介绍流量包、短信包",
    en="About packs",
    level=IdentityLevel.ANYONE,
    doors=EVERYWHERE,
    inputs=PackAboutInputs,
    answer=answer,
)
