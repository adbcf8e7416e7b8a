"""Reminders: which there are and which are off; switch one or all of them off or on."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from wanhao.communications import contracts as communications
from wanhao.communications.contracts import ReminderRule
from wanhao.communications.optouts import opt_outs, set_all_opt_outs, set_opt_out, switchable
from wanhao.communications.queries import rules_in_force
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.finding import folded
from wanhao.menu.wording import lines, pick

DOORS = {
    Door.SMS: communications.Door.SMS,
    Door.COUNTER: communications.Door.CLERK,
    Door.AGENT: communications.Door.CLERK,
    Door.COMMAND: communications.Door.COMMAND,
}
"""Through which door a switch is noted; the others count as pages, and `by` tells which it was."""


class RemindersInputs(Inputs):
    """What to do, and with which reminder, by its code or title; with all when none is named."""

    switch: Literal["", "on", "off"] = ""
    reminder: str = Field(default="", max_length=32)


def answer(asking: Asking[RemindersInputs]) -> Answer:
    """Show the switches, or turn one or all of them."""
    if not asking.inputs.switch:
        return _shown(asking)
    off = asking.inputs.switch == "off"
    if asking.inputs.reminder:
        return _one(asking, _named(asking), off=off)
    changed = set_all_opt_outs(
        asking.line.line_id, off, asking.now, door=_door(asking), by=_by(asking)
    )
    said = (
        asking.say(
            "您已取消全部消费提醒，必须告知的内容仍会发送。",
            "All reminders are off; what you must know is still sent.",
        )
        if off
        else asking.say("您的消费提醒已全部开通。", "All reminders are on.")
    )
    return Answer(long=said, short=said, data={"off": off, "changed": list(changed)})


def _one(asking: Asking[RemindersInputs], rule: ReminderRule, *, off: bool) -> Answer:
    changed = set_opt_out(
        asking.line.line_id, rule.code, off, asking.now, door=_door(asking), by=_by(asking)
    )
    title = _title(asking, rule)
    said = (
        asking.say(f"您已取消提醒：{title}。", f"Reminder off: {title}.")
        if off
        else asking.say(f"您已开通提醒：{title}。", f"Reminder on: {title}.")
    )
    return Answer(long=said, short=said, data={"off": off, "changed": [rule.code] * changed})


def _shown(asking: Asking[RemindersInputs]) -> Answer:
    can, off = switchable(asking.now), _off(asking)
    rules = [rule for rule in rules_in_force(asking.now) if rule.enabled and rule.code in can]
    short = (
        asking.say(f"已取消{len(off)}项提醒。", f"{len(off)} of your reminders are off.")
        if off
        else asking.say("您的消费提醒全部开通。", "All your reminders are on.")
    )
    return Answer(
        long=lines([short, *(_line(asking, rule, off) for rule in rules)]),
        short=short,
        data={
            "reminders": [
                {"code": rule.code, "title": _title(asking, rule), "off": rule.code in off}
                for rule in rules
            ]
        },
    )


def _line(asking: Asking[RemindersInputs], rule: ReminderRule, off: Sequence[str]) -> str:
    state = asking.say("关", "off") if rule.code in off else asking.say("开", "on")
    return f"{_title(asking, rule)}{asking.say('：', ': ')}{state}"


def _off(asking: Asking[RemindersInputs]) -> list[str]:
    return sorted(one.rule for one in opt_outs(asking.line.line_id) if one.until is None)


def _named(asking: Asking[RemindersInputs]) -> ReminderRule:
    """The rule by code or title; RefusedError where there is none, or it must stay on."""
    wanted = folded(asking.inputs.reminder)
    for rule in rules_in_force(asking.now):
        if wanted in (folded(rule.code), folded(rule.title_zh), folded(rule.title_en)):
            if asking.inputs.switch == "off" and not rule.switchable:
                raise RefusedError(
                    f"“{rule.title_zh}”必须告知，不能取消。也可一次取消全部可取消的提醒。",
                    f"'{rule.title_en}' must be told and stays on. All others can be off at once.",
                )
            return rule
    raise RefusedError(
        f"没有可以取消的提醒：{asking.inputs.reminder}。也可一次取消全部提醒。",
        f"No reminder that can be switched: {asking.inputs.reminder}. All of them can be at once.",
    )


def _title(asking: Asking[RemindersInputs], rule: ReminderRule) -> str:
    return pick(asking.asker.language, (rule.title_zh, rule.title_en))


def _door(asking: Asking[RemindersInputs]) -> communications.Door:
    return DOORS.get(asking.asker.door, communications.Door.PAGE)


def _by(asking: Asking[RemindersInputs]) -> str:
    return asking.asker.name or ("" if asking.asker.door in DOORS else asking.asker.door.value)


ITEM = MenuItem(
    code="reminders",
    zh="提醒设置",
    en="Reminders",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=RemindersInputs,
    answer=answer,
    changes=True,
)
