"""Reminders: shown, and switched one by one or all at once, through whichever door."""

from tests.menu.items.customers import EN, NOW, asker, line, open_line, refused, said
from wanhao.communications import contracts as communications
from wanhao.communications.optouts import opt_outs, switchable
from wanhao.menu.contracts import Door


def off() -> set[str]:
    return {one.rule for one in opt_outs(line().line_id) if one.until is None}


def test_switches_are_shown() -> None:
    open_line()
    reply = said("reminders")
    assert reply.short == "您的消费提醒全部开通。"
    assert "语音已用 80 %：开" in reply.long
    assert {"code": "voice-80", "title": "语音已用 80 %", "off": False} in reply.data["reminders"]
    said("reminders", switch="off", reminder="voice-80")
    assert said("reminders").short == "已取消1项提醒。"
    assert "80 % of voice used: off" in said("reminders", asker(language=EN)).long


def test_one_goes_off_and_on_by_code_or_title() -> None:
    open_line()
    reply = said("reminders", switch="off", reminder="VOICE-80")
    assert reply.short == "您已取消提醒：语音已用 80 %。"
    assert off() == {"voice-80"}
    reply = said("reminders", asker(language=EN), switch="on", reminder="80 % of voice used")
    assert reply.short == "Reminder on: 80 % of voice used."
    assert off() == set()


def test_all_go_off_and_on() -> None:
    open_line()
    assert "必须告知的内容仍会发送" in said("reminders", switch="off").short
    assert off() == switchable(NOW)
    assert said("reminders", switch="on").short == "您的消费提醒已全部开通。"
    assert off() == set()


def test_the_door_and_who_asked_are_noted() -> None:
    open_line()
    said("reminders", asker(door=Door.SMS), switch="off", reminder="voice-80")
    said("reminders", asker(door=Door.HOTLINE), switch="off", reminder="data-80")
    said("reminders", asker(door=Door.COUNTER), switch="off", reminder="message-80")
    noted = {one.rule: (one.door, one.by) for one in opt_outs(line().line_id)}
    assert noted == {
        "voice-80": (communications.Door.SMS, ""),
        "data-80": (communications.Door.PAGE, "hotline"),
        "message-80": (communications.Door.CLERK, ""),
    }


def test_what_must_be_told_stays_on() -> None:
    open_line()
    assert "不能取消" in refused("reminders", switch="off", reminder="data-100")
    assert "stays on" in refused("reminders", asker(language=EN), switch="off", reminder="data-100")
    assert "没有可以取消的提醒：tea" in refused("reminders", switch="off", reminder="tea")
    assert off() == set()
