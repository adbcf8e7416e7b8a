"""Tariffs: what is on sale, by family or by a part of its name."""

from collections.abc import Sequence

from pydantic import Field

from wanhao.menu.contracts import (
    EVERYWHERE,
    JSON,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.finding import folded, matching, on_sale
from wanhao.menu.wording import contents, lines, listed, name, notes, price, sentence, yuan
from wanhao.products.catalogue import Family
from wanhao.products.contracts import Kind, Offering
from wanhao.products.queries import families, offerings

FEW = 3
HIDDEN = (Kind.MODULE,)


class TariffsInputs(Inputs):
    """A family, or a part of a name; the families when nothing is named."""

    query: str = Field(default="", max_length=32)


def answer(asking: Asking[TariffsInputs]) -> Answer:
    """What is on sale of what was named, or the families there are."""
    sold = [one for one in on_sale(offerings(), asking.now) if one.kind not in HIDDEN]
    known = [one for one in families() if any(each.family == one.code for each in sold)]
    if not asking.inputs.query:
        return _families(asking, known, sold)
    found = _found(asking.inputs.query, known, sold)
    if not found:
        raise RefusedError(
            f"没有找到“{asking.inputs.query}”的资费。",
            f"Nothing on sale is called '{asking.inputs.query}'.",
        )
    return _offerings(asking, found)


def _found(query: str, known: Sequence[Family], sold: Sequence[Offering]) -> list[Offering]:
    asked = folded(query)
    for family in known:
        if asked in (folded(family.code), folded(family.name_zh), folded(family.name_en)):
            return [one for one in sold if one.family == family.code]
    return matching(query, sold)


def _families(
    asking: Asking[TariffsInputs], known: Sequence[Family], sold: Sequence[Offering]
) -> Answer:
    counts = {one.code: sum(each.family == one.code for each in sold) for one in known}
    named = [asking.say(one.name_zh, one.name_en) for one in known]
    return Answer(
        long=lines(
            [
                asking.say("在售资费：", "On sale:"),
                *(
                    asking.say(f"{said}（{counts[one.code]}种）", f"{said} ({counts[one.code]})")
                    for said, one in zip(named, known, strict=True)
                ),
            ]
        ),
        short=asking.say("在售：", "On sale: ") + sentence(named, asking.asker.language),
        data={
            "families": [
                {"code": one.code, "name": said, "offerings": counts[one.code]}
                for said, one in zip(named, known, strict=True)
            ]
        },
    )


def _offerings(asking: Asking[TariffsInputs], found: Sequence[Offering]) -> Answer:
    language = asking.asker.language
    short = [f"{name(one, language)} {price(one, language)}" for one in found[:FEW]]
    if len(found) > FEW:
        short.append(asking.say(f"共{len(found)}种", f"{len(found)} in all"))
    alone = found[0] if len(found) == 1 else None
    if alone is not None and (holds := contents(alone, language)):
        short.append(asking.say(f"含{holds}", f"with {holds}"))
    return Answer(
        long=lines(_line(asking, one, alone=one is alone) for one in found),
        short=sentence(short, language),
        data={"offerings": [_data(asking, one) for one in found]},
    )


def _line(asking: Asking[TariffsInputs], one: Offering, *, alone: bool) -> str:
    language = asking.asker.language
    parts = [f"{name(one, language)} {price(one, language)}"]
    if holds := contents(one, language):
        parts.append(asking.say(f"含{holds}", f"with {holds}"))
    parts += _beyond(asking, one)
    said = listed(parts, language)
    return lines([said, *notes(one, language)]) if alone else said


def _beyond(asking: Asking[TariffsInputs], one: Offering) -> list[str]:
    if one.prices is None:
        return []
    voice, message = yuan(one.voice_price_fen), yuan(one.message_price_fen)
    data = yuan(one.data_price_fen_per_mb)
    return [
        asking.say(
            f"超出后语音{voice}/分钟、短信{message}/条、流量{data}/MB",
            f"beyond that {voice} a minute, {message} a message, {data} an MB",
        )
    ]


def _data(asking: Asking[TariffsInputs], one: Offering) -> JSON:
    return {
        "code": one.code,
        "name": name(one, asking.asker.language),
        "family": one.family,
        "kind": one.kind.value,
        "fee_fen": one.fee_fen,
        "period": one.period.value,
        "voice_minutes": one.voice_minutes,
        "messages": one.messages,
        "data_mb": one.data_mb,
        "demo": one.is_demo,
    }


ITEM = MenuItem(
    code="tariffs",
    zh="查资费",
    en="Tariffs",
    level=IdentityLevel.ANYONE,
    doors=EVERYWHERE,
    inputs=TariffsInputs,
    answer=answer,
)
