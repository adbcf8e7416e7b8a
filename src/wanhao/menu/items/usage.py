"""Usage: what is used and left of each allowance, which packs there are, and when it renews."""

from collections.abc import Sequence
from typing import Literal

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
from wanhao.menu.metered import uses_of
from wanhao.menu.wording import (
    amount,
    contents,
    day,
    lines,
    listed,
    moment,
    month,
    name,
    sentence,
    service,
    zone,
)
from wanhao.products.contracts import HeldProduct, Kind
from wanhao.products.queries import products_of_groups
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError


class UsageInputs(Inputs):
    """Of which service; of all of them unless one is named."""

    service: Literal["", "voice", "message", "data"] = ""


def answer(asking: Asking[UsageInputs]) -> Answer:
    """Where the line's allowances stand."""
    (found,) = together([asking])
    if isinstance(found, WanhaoError):
        raise found
    return found


def together(asked: Sequence[Asking[UsageInputs]]) -> list[Answer | WanhaoError]:
    """The same for many, with one look at the meter and one at what they hold."""
    uses = uses_of(asked)
    if uses is None:
        return [_out_of_reach() for _ in asked]
    packs = products_of_groups({asking.line.group_id for asking in asked}, asked[0].now)
    return [
        _told(asking, uses[asking.line.group_id], _packs(packs.get(asking.line.group_id, ())))
        if asking.line.group_id in uses
        else _not_counted()
        for asking in asked
    ]


def _told(asking: Asking[UsageInputs], use: UseSoFar, packs: Sequence[HeldProduct]) -> Answer:
    language, wanted = asking.asker.language, asking.inputs.service
    home = [one for one in use.home if wanted in ("", one.service.value)]
    packs = [one for one in packs if _is_about(one, wanted)]
    renews = day(Cycle.of(asking.now).end, language)
    again = asking.say(f"{renews}更新", f"renewed on {renews}")
    at, of = moment(use.as_of, language), month(use.cycle, language)
    head = asking.say(f"{of}用量，截至{at}：", f"Used in {of}, up to {at}:")
    return Answer(
        long=lines(
            [
                head,
                *(_at_home(asking, one, use.voice_unit) for one in home),
                *(_abroad(asking, one, use.voice_unit) for one in _elsewhere(use, wanted)),
                *(_pack(asking, one) for one in packs),
                asking.say(f"套餐用量{renews}更新。", f"Allowances renew on {renews}."),
            ]
        ),
        short=sentence([*(_left(asking, one, use.voice_unit) for one in home), again], language),
        data={
            "cycle": use.cycle,
            "voice_unit_seconds": use.voice_unit,
            "home": [_home_data(one) for one in home],
            "abroad": [
                {"zone": one.zone, "service": one.service.value, "used": one.units}
                for one in _elsewhere(use, wanted)
            ],
            "packs": [_pack_data(one) for one in packs],
            "renews_at": Cycle.of(asking.now).end.isoformat(),
            "as_of": use.as_of.isoformat(),
        },
    )


def _left(asking: Asking[UsageInputs], one: ServiceUse, unit: int) -> str:
    """What is left of a service, what lies beyond, or what was used where nothing is included."""
    language, code = asking.asker.language, one.service.value
    what = service(code, language)
    if not one.allowance:
        used = amount(code, one.used, unit, language, up=True)
        return asking.say(f"{what}已用{used}", f"{what} {used} used")
    rest = one.allowance - one.used
    if rest < 0:
        beyond = amount(code, -rest, unit, language, up=True)
        return asking.say(f"{what}已超出{beyond}", f"{what} {beyond} beyond")
    left = amount(code, rest, unit, language, up=False)
    return asking.say(f"{what}剩{left}", f"{what} {left} left")


def _at_home(asking: Asking[UsageInputs], one: ServiceUse, unit: int) -> str:
    language, code = asking.asker.language, one.service.value
    used = amount(code, one.used, unit, language, up=True)
    gap = asking.say("：", ": ")
    what = service(code, language)
    what = what[:1].upper() + what[1:]
    if not one.allowance:
        none = asking.say(f"已用{used}，套餐内不含", f"{used} used, none included")
        return what + gap + none
    total = amount(code, one.allowance, unit, language, up=False)
    rest = one.allowance - one.used
    left = amount(code, abs(rest), unit, language, up=rest < 0)
    end = (
        asking.say(f"剩余{left}", f"{left} left")
        if rest >= 0
        else asking.say(f"超出{left}", f"{left} beyond")
    )
    used = asking.say(f"已用{used}，共{total}", f"{used} of {total} used")
    return what + gap + listed([used, end], language)


def _abroad(asking: Asking[UsageInputs], one: ZoneUse, unit: int) -> str:
    language, code = asking.asker.language, one.service.value
    used = amount(code, one.units, unit, language, up=True)
    where, what = zone(one.zone, language), service(code, language)
    return asking.say(f"{where}{what}：已用{used}", f"{what.capitalize()} {where}: {used} used")


def _pack(asking: Asking[UsageInputs], one: HeldProduct) -> str:
    language = asking.asker.language
    said = f"{name(one.offering, language)}{asking.say('：', ': ')}"
    holds = contents(one.offering, language)
    if one.until is None:
        return said + asking.say(f"含{holds}，每月更新", f"{holds}, every month")
    until = moment(one.until, language)
    return said + asking.say(f"含{holds}，{until}到期", f"{holds}, until {until}")


def _elsewhere(use: UseSoFar, wanted: str) -> list[ZoneUse]:
    return [one for one in use.abroad if one.units and wanted in ("", one.service.value)]


def _packs(held: Sequence[HeldProduct]) -> list[HeldProduct]:
    return [one for one in held if one.offering.kind is Kind.PACK]


def _is_about(one: HeldProduct, wanted: str) -> bool:
    return not wanted or any(part.service.value == wanted for part in one.offering.allowances)


def _home_data(one: ServiceUse) -> JSON:
    return {
        "service": one.service.value,
        "used": one.used,
        "allowance": one.allowance,
        "left": max(one.allowance - one.used, 0),
    }


def _pack_data(one: HeldProduct) -> JSON:
    return {
        "pack": one.offering.code,
        "until": one.until.isoformat() if one.until else None,
        "includes": [
            {"service": part.service.value, "quantity": part.quantity}
            for part in one.offering.allowances
        ],
    }


def _out_of_reach() -> RefusedError:
    return RefusedError(
        "用量暂时读不到，请过几分钟再查。", "Your use cannot be read now; please ask again soon."
    )


def _not_counted() -> RefusedError:
    return RefusedError(
        "本月用量还未开始统计，请过几分钟再查。",
        "Nothing was counted for you this month yet; please ask again soon.",
    )


ITEM = MenuItem(
    code="usage",
    zh="查套餐用量",
    en="Usage",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=UsageInputs,
    answer=answer,
    together=together,
)
