"""Keep a number: the line is stopped for some months and costs little."""

from datetime import timedelta

from pydantic import Field

from wanhao.billing.stop_contracts import LineStopView
from wanhao.billing.stop_times import terms_at
from wanhao.menu.contracts import EVERYWHERE, Answer, Asking, Door, IdentityLevel, Inputs, MenuItem
from wanhao.menu.rehearsing import rehearse
from wanhao.menu.wording import full_day, yuan
from wanhao.workflows.keep_number import keep_number

MOMENT = timedelta(microseconds=1)


class KeepNumberInputs(Inputs):
    """For how many whole months after this one."""

    months: int = Field(default=3, ge=1, le=12)


def propose(asking: Asking[KeepNumberInputs]) -> Answer:
    """Until when, and what it costs."""
    stop = rehearse(lambda: _keep(asking))
    fee = yuan(terms_at(asking.now).keep_fee_fen)
    until = _until(asking, stop)
    return Answer(
        long=asking.say(
            f"停机保号到{until}：立即停机，不能打电话、上网和收短信；本月按套餐收费，"
            f"从下月起每月{fee}。到期自动复机，随时可以复机。",
            f"Your number is kept until {until}: service stops at once, in both directions; this"
            f" month costs what your plan does, each later month {fee}. Service comes back by"
            " itself then, or when you ask for it.",
        ),
        short=asking.say(
            f"停机保号到{until}，立即停机，下月起每月{fee}，可随时复机。",
            f"Keep your number until {until}: service stops now, {fee} a month from next month.",
        ),
        data=_data(stop) | {"fee_fen": terms_at(asking.now).keep_fee_fen},
    )


def answer(asking: Asking[KeepNumberInputs]) -> Answer:
    """Keep it."""
    stop = _keep(asking)
    until = _until(asking, stop)
    said = asking.say(
        f"您的号码已停机保号，到{until}自动复机。",
        f"Your number is kept; service comes back after {until}.",
    )
    return Answer(long=said, short=said, data=_data(stop))


def _keep(asking: Asking[KeepNumberInputs]) -> LineStopView:
    return keep_number(asking.line.number, asking.inputs.months, asking.now)


def _until(asking: Asking[KeepNumberInputs], stop: LineStopView) -> str:
    assert stop.until is not None, "a number is kept until a day"
    return full_day(stop.until - MOMENT, asking.asker.language)


def _data(stop: LineStopView) -> dict[str, str | int]:
    assert stop.until is not None, "a number is kept until a day"
    return {"until": stop.until.isoformat()}


ITEM = MenuItem(
    code="keep_number",
    zh="停机保号",
    en="Keep my number",
    level=IdentityLevel.VERIFIED,
    doors=EVERYWHERE - {Door.SMS},
    inputs=KeepNumberInputs,
    answer=answer,
    propose=propose,
)
