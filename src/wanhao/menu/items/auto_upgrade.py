"""The automatic upgrade (3952): its ladder is said first; off is for next month."""

from wanhao.billing.ports import refuse_elsewhere
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
    RefusedError,
)
from wanhao.menu.ending import end, held_offerings, propose_end
from wanhao.menu.wording import included, lines, listed, name, sentence, yuan
from wanhao.parties.deciding import refuse_secondary
from wanhao.products.contracts import DataSchedule, Kind, Offering
from wanhao.products.ordering import could_order
from wanhao.products.queries import offering, offerings_held
from wanhao.products.rules import excludes
from wanhao.workflows.order_product import order_product
from wanhao.workflows.refuse_orders import refuse_orders

CODE = "auto-upgrade-3952"


def propose_on(asking: Asking[NoInputs]) -> Answer:
    """The ladder, its cap, and how it ends."""
    refuse_elsewhere("Upgrades are ordered")
    refuse_secondary(asking.line)
    _refuse_plan(asking)
    refuse_orders(asking.line, asking.now)
    wanted = could_order(asking.line.group_id, CODE, asking.now)
    language, sold = asking.asker.language, wanted.offering
    schedule = sold.schedule
    assert schedule is not None, "an upgrade has a schedule"
    first, cap = schedule.tiers[0], yuan(schedule.cap_fen)
    quota = included("data", first.quota_mb, language)
    short = sentence(
        [
            asking.say(f"开通{sold.name_zh}", f"open {sold.name_en}"),
            asking.say("不用不收费", "no fee unless you go beyond"),
            asking.say(
                f"超出后从{yuan(first.fee_fen)}/{quota}起逐档升",
                f"beyond your allowance from {yuan(first.fee_fen)} for {quota} step by step",
            ),
            asking.say(f"每月封顶{cap}", f"never more than {cap} a month"),
        ],
        language,
    )
    return Answer(
        long=lines([short, _ladder(asking, schedule), *_ends(asking)]),
        short=short,
        data={
            "code": sold.code,
            "goes_on": wanted.goes_on,
            "cap_fen": schedule.cap_fen,
            "price_fen_per_mb": schedule.price_fen_per_mb,
            "tiers": [
                {"fee_fen": tier.fee_fen, "quota_mb": tier.quota_mb} for tier in schedule.tiers
            ],
        },
    )


def answer_on(asking: Asking[NoInputs]) -> Answer:
    """Order it."""
    refuse_secondary(asking.line)
    _refuse_plan(asking)
    held = order_product(asking.line.group_id, CODE, asking.now)
    called = name(held.offering, asking.asker.language)
    short = asking.say(
        f"您已开通{called}，每升一档都会提前告知。",
        f"You now have {called}; you are told before every step.",
    )
    return Answer(
        long=lines([short, *_ends(asking)]),
        short=short,
        data={"code": CODE, "product": held.product_id},
    )


def propose_off(asking: Asking[NoInputs]) -> Answer:
    """Until when it still climbs."""
    refuse_secondary(asking.line)
    return propose_end(asking, _held(asking))


def answer_off(asking: Asking[NoInputs]) -> Answer:
    """End it with the month."""
    refuse_secondary(asking.line)
    return end(asking, _held(asking))


def _ladder(asking: Asking[NoInputs], schedule: DataSchedule) -> str:
    language = asking.asker.language
    steps = listed(
        (
            f"{yuan(tier.fee_fen)}/{included('data', tier.quota_mb, language)}"
            for tier in schedule.tiers
        ),
        language,
    )
    each = yuan(schedule.price_fen_per_mb)
    return asking.say(
        f"档位：{steps}。未到下一档时按{each}/MB计费。",
        f"Steps: {steps}. Between them {each} an MB.",
    )


def _ends(asking: Asking[NoInputs]) -> list[str]:
    return [
        asking.say("可随时取消，次月生效。", "It can be switched off at any time, from next month.")
    ]


def _refuse_plan(asking: Asking[NoInputs]) -> None:
    """A plan with a schedule of its own is told why it needs none."""
    group_id = asking.line.group_id
    plan = offerings_held([group_id]).get(group_id)
    sold = offering(CODE)
    if plan is not None and excludes(sold, plan):
        raise RefusedError(
            f"{plan.name_zh}自带流量封顶，不能再开通自动升档包。可订购流量包。",
            f"{plan.name_en} has steps of its own, so it takes no automatic upgrade. "
            "A data pack can be had instead.",
        )


def _held(asking: Asking[NoInputs]) -> Offering:
    held = held_offerings(asking, lambda one: one.kind is Kind.UPGRADE)
    if not held:
        raise RefusedError("您没有开通自动升档包。", "You have no automatic upgrade.")
    return held[0]


ITEMS = (
    MenuItem(
        code="auto_upgrade_on",
        zh="开通自动升档包",
        en="Automatic upgrade on",
        level=IdentityLevel.KNOWN,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=answer_on,
        propose=propose_on,
    ),
    MenuItem(
        code="auto_upgrade_off",
        zh="取消自动升档包",
        en="Automatic upgrade off",
        level=IdentityLevel.KNOWN,
        doors=EVERYWHERE,
        inputs=NoInputs,
        answer=answer_off,
        propose=propose_off,
    ),
)
