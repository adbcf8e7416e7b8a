"""Roaming: whether a line may be used abroad, on with its prices said first, and off."""

from wanhao.billing.ports import Billing, billing_source
from wanhao.menu.contracts import (
    EVERYWHERE,
    JSON,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.products.contracts import MINUTE, TariffTerms
from wanhao.products.queries import tariffs_held
from wanhao.products.roaming import roaming_of
from wanhao.values.money import Money
from wanhao.workflows.switch_roaming import switch_roaming

ZONES = {"hk-macau-taiwan": ("港澳台", "Hong Kong, Macau, Taiwan"), "roaming": ("国际", "Abroad")}


def how(asking: Asking[NoInputs]) -> Answer:
    """How it stands, and what it costs to be used abroad."""
    on = roaming_of([asking.line.line_id])[asking.line.line_id].on
    stands = _stands(asking, on=on)
    prices, data = _prices(asking)
    return Answer(long=stands + prices, short=stands, data={"on": on, **data})


def propose_on(asking: Asking[NoInputs]) -> Answer:
    """What use abroad would cost."""
    prices, data = _prices(asking)
    said = asking.say(
        f"开通境外漫游（含港澳台），不收月费，套餐内用量在境外不可用。{prices}",
        "Use abroad, Hong Kong, Macau and Taiwan included: no monthly fee; what your plan includes"
        f" does not count there. {prices}",
    )
    return Answer(long=said, short=said, data=data)


def on(asking: Asking[NoInputs]) -> Answer:
    """Switch it on."""
    return _switched(asking, on=True)


def off(asking: Asking[NoInputs]) -> Answer:
    """Switch it off: it costs nothing, and on again is one more question."""
    return _switched(asking, on=False)


def _switched(asking: Asking[NoInputs], *, on: bool) -> Answer:
    asker = asking.asker
    switch_roaming(asking.line.line_id, on, asking.now, door=asker.door.value, by=asker.name)
    closed = asking.say("您的境外漫游已关闭。", "Use abroad is switched off.")
    said = _stands(asking, on=True) if on else closed
    return Answer(long=said, short=said, data={"on": on})


def _stands(asking: Asking[NoInputs], *, on: bool) -> str:
    if on:
        return asking.say("您的境外漫游已开通。", "Your line may be used abroad.")
    return asking.say("您的境外漫游未开通。", "Your line may not be used abroad.")


def _prices(asking: Asking[NoInputs]) -> tuple[str, dict[str, JSON]]:
    """The plan's prices in each zone; where another system prices, only who knows them."""
    tariff = tariffs_held([asking.line.group_id], asking.now).get(asking.line.group_id)
    if tariff is None or billing_source().billing is not Billing.OWN:
        return asking.say("资费请拨10000查询。", "Call 10000 for the prices."), {}
    return _of_zones(asking, tariff)


def _of_zones(asking: Asking[NoInputs], tariff: TariffTerms) -> tuple[str, dict[str, JSON]]:
    said, data = [], {}
    for zone, (zh, en) in ZONES.items():
        prices = tariff.prices.by_zone()[zone]
        minute = prices.voice_fen * MINUTE // tariff.voice_unit_seconds
        voice, message, mb = map(Money, (minute, prices.message_fen, prices.data_fen_per_mb))
        said.append(
            asking.say(
                f"{zh}：通话{voice}/分钟，短信{message}/条，流量{mb}/MB。",
                f"{en}: {voice} a minute, {message} a message, {mb} an MB.",
            )
        )
        data[zone] = {"minute_fen": minute, "message_fen": message.fen, "mb_fen": mb.fen}
    return asking.say("", " ").join(said), dict(data)


ITEMS = (
    MenuItem(
        code="roaming",
        zh="查境外漫游",
        en="Use abroad",
        level=IdentityLevel.KNOWN,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=how,
    ),
    MenuItem(
        code="roaming_on",
        zh="开通境外漫游",
        en="Allow use abroad",
        level=IdentityLevel.KNOWN,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=on,
        propose=propose_on,
    ),
    MenuItem(
        code="roaming_off",
        zh="关闭境外漫游",
        en="No use abroad",
        level=IdentityLevel.KNOWN,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=off,
        changes=True,
        says=(
            "提交后立即关闭：在境外不能打电话、发短信和上网。免费，可随时再开通。",
            "From then on no calls, messages or data abroad. Free of charge; it can be had again at"
            " any time.",
        ),
    ),
)
