"""Change the plan: both fees are compared first; the other one begins with the next month."""

from pydantic import Field

from wanhao.billing.ports import refuse_elsewhere
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
)
from wanhao.menu.finding import on_sale, the_one
from wanhao.menu.wording import contents, full_day, lines, name, notes, price, sentence, yuan
from wanhao.parties.deciding import refuse_secondary
from wanhao.products.contracts import Offering
from wanhao.products.order_contracts import PossibleChange
from wanhao.products.ordering import could_change_plan
from wanhao.products.queries import offerings, products_of
from wanhao.workflows.change_plan import change_plan
from wanhao.workflows.refuse_orders import refuse_orders

WHAT = ("套餐", "plan")


class PlanChangeInputs(Inputs):
    """Which plan, by its code or name."""

    plan: str = Field(min_length=1, max_length=32)


def propose(asking: Asking[PlanChangeInputs]) -> Answer:
    """What changes, from when, and how to undo it."""
    refuse_elsewhere("Plans are changed")
    refuse_secondary(asking.line)
    wanted = _plan(asking)
    refuse_orders(asking.line, asking.now)
    change = could_change_plan(asking.line.group_id, wanted.code, asking.now)
    language = asking.asker.language
    if change.stays:
        short = asking.say(
            f"取消变更，继续使用{wanted.name_zh}。",
            f"Take the change back and keep {wanted.name_en}.",
        )
        return Answer(long=short, short=short, data=_data(change))
    short = sentence(
        [
            asking.say("变更为", "change to ") + name(wanted, language),
            price(wanted, language),
            _difference(asking, change),
            _begins(asking, change),
        ],
        language,
    )
    return Answer(
        long=lines([short, *_comparison(asking, change), *notes(wanted, language), _undo(asking)]),
        short=short,
        data=_data(change),
    )


def answer(asking: Asking[PlanChangeInputs]) -> Answer:
    """Change it, or take a change back."""
    refuse_secondary(asking.line)
    wanted = _plan(asking)
    change = could_change_plan(asking.line.group_id, wanted.code, asking.now)
    change_plan(asking.line.group_id, wanted.code, asking.now)
    if change.stays:
        short = asking.say(f"已取消变更，继续使用{wanted.name_zh}。", f"You keep {wanted.name_en}.")
    else:
        named = name(wanted, asking.asker.language)
        short = sentence(
            [
                asking.say(f"套餐将变更为{named}", f"your plan becomes {named}"),
                _begins(asking, change),
            ],
            asking.asker.language,
        )
    return Answer(long=short, short=short, data=_data(change))


def _plan(asking: Asking[PlanChangeInputs]) -> Offering:
    """A plan on sale; or the one in force, which takes a change back."""
    held = [one.offering for one in products_of(asking.line.group_id, asking.now)]
    known = [one for one in on_sale(offerings(), asking.now) if one.is_plan]
    codes = {one.code for one in known}
    known += [one for one in held if one.is_plan and one.code not in codes]
    return the_one(asking.inputs.plan, known, WHAT)


def _difference(asking: Asking[PlanChangeInputs], change: PossibleChange) -> str:
    more = change.wanted.fee_fen - change.held.fee_fen
    if not more:
        return asking.say("月费不变", "the fee stays")
    if more > 0:
        return asking.say(f"每月多{yuan(more)}", f"{yuan(more)} more a month")
    return asking.say(f"每月少{yuan(-more)}", f"{yuan(-more)} less a month")


def _begins(asking: Asking[PlanChangeInputs], change: PossibleChange) -> str:
    if change.begins <= asking.now:
        return asking.say("立即生效", "from now on")
    begins = full_day(change.begins, asking.asker.language)
    return asking.say(f"{begins}起生效", f"from {begins}")


def _comparison(asking: Asking[PlanChangeInputs], change: PossibleChange) -> list[str]:
    language = asking.asker.language
    said = []
    for one, (zh, en) in (
        (change.held, ("现在", "now")),
        (change.wanted, ("变更后", "then")),
    ):
        holds = contents(one, language) or asking.say("无套餐内用量", "nothing")
        said.append(
            asking.say(
                f"{zh}：{name(one, language)} {price(one, language)}，含{holds}",
                f"{en.capitalize()}: {name(one, language)} {price(one, language)}, with {holds}",
            )
        )
    if change.held.rolls:
        said.append(
            asking.say(
                "本月剩余流量不结转到新套餐。",
                "Data left of this month does not roll over into it.",
            )
        )
    return said


def _undo(asking: Asking[PlanChangeInputs]) -> str:
    return asking.say(
        "生效前改选现在的套餐即可取消。", "Choose the plan of now before that to take it back."
    )


def _data(change: PossibleChange) -> dict[str, str | int | bool]:
    return {
        "held": change.held.code,
        "held_fee_fen": change.held.fee_fen,
        "wanted": change.wanted.code,
        "wanted_fee_fen": change.wanted.fee_fen,
        "begins": change.begins.isoformat(),
        "stays": change.stays,
    }


ITEM = MenuItem(
    code="plan_change",
    zh="套餐变更",
    en="Change the plan",
    level=IdentityLevel.VERIFIED,
    doors=EVERYWHERE - {Door.SMS},
    inputs=PlanChangeInputs,
    answer=answer,
    propose=propose,
)
