"""Taking the number along: what is in the way, and the code for the other operator."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
)
from wanhao.menu.metered import uses_of
from wanhao.menu.wording import full_day, lines, moment, money
from wanhao.workflows.check_porting import Obstacle, PortingObstacle, check_porting
from wanhao.workflows.issue_porting_code import issue_porting_code


class NumberPortingInputs(Inputs):
    """Whether the number may go, or the code for it; by message with name and document number."""

    want: Literal["check", "code"] = "check"
    name: str = Field(default="", max_length=64)
    document: str = Field(default="", max_length=24)


def answer(asking: Asking[NumberPortingInputs]) -> Answer:
    """Say what is in the way; where nothing is, send the code that was asked for."""
    found = check_porting(asking.line, asking.now)
    if found:
        return _no(asking, found)
    return _code(asking) if asking.inputs.want == "code" else _yes(asking)


def _no(asking: Asking[NumberPortingInputs], found: Sequence[Obstacle]) -> Answer:
    reasons = [_reason(asking, one) for one in found]
    more = asking.say(f"，共{len(found)}项", f" ({len(found)} reasons)") if len(found) > 1 else ""
    short = asking.say(f"暂不能携号转网：{reasons[0]}", f"The number cannot go yet: {reasons[0]}")
    short += more + asking.say("。", ".")
    gap = asking.say("暂不能携号转网：", "The number cannot go yet:")
    data: list[JSON] = [
        {
            "what": one.what.value,
            "fen": one.fen,
            "until": one.until.isoformat() if one.until else None,
        }
        for one in found
    ]
    return Answer(
        long=lines([gap, *reasons]),
        short=short,
        data={"may_go": False, "obstacles": data},
        refused=asking.inputs.want == "code",
    )


def _yes(asking: Asking[NumberPortingInputs]) -> Answer:
    use = (uses_of([asking]) or {}).get(asking.line.group_id)
    so_far = money(use.charge_fen) if use else ""
    unbilled = asking.say(
        f"转出时需结清本月未出账话费{so_far}。", f"What is not billed yet ({so_far}) is due then."
    )
    short = asking.say("您的号码符合携号转网条件。", "Your number may go to another operator.")
    return Answer(
        long=lines([short, unbilled if so_far else ""]),
        short=short,
        data={
            "may_go": True,
            "obstacles": [],
            "unbilled_fen": use.charge_fen if use else None,
        },
    )


def _code(asking: Asking[NumberPortingInputs]) -> Answer:
    ends = issue_porting_code(asking.line, asking.now)
    until = moment(ends, asking.asker.language)
    said = asking.say(
        f"授权码已用短信发到本机，{until}前有效。",
        f"The code was sent to your handset; good until {until}.",
    )
    return Answer(long=said, short=said, data={"may_go": True, "expires_at": ends.isoformat()})


def _reason(asking: Asking[NumberPortingInputs], one: Obstacle) -> str:
    day = full_day(one.until, asking.asker.language) if one.until else ""
    zh, en = {
        PortingObstacle.NO_DOCUMENT: (
            "没有登记证件，请携证件到营业厅",
            "no document is recorded; please bring it to a business hall",
        ),
        PortingObstacle.STOPPED: ("号码处于停机状态", "service is stopped"),
        PortingObstacle.OWES: (f"欠费{money(one.fen)}未缴", f"{money(one.fen)} is owed"),
        PortingObstacle.CONTRACT: (f"合约到{day}期满", f"a contract runs until {day}"),
        PortingObstacle.TOO_NEW: (
            f"入网未满120天，{day}起可以",
            f"it is with us for less than 120 days, until {day}",
        ),
        PortingObstacle.FAMILY: (
            "名下有副卡，请先让副卡退出",
            "it has secondary cards; let them leave first",
        ),
    }[one.what]
    return asking.say(zh, en)


def _proof(given: NumberPortingInputs) -> tuple[str, str]:
    return given.name, given.document


ITEM = MenuItem(
    code="number_porting",
    zh="携号转网",
    en="Take the number along",
    level=IdentityLevel.STRONG,
    doors=frozenset({Door.SMS, Door.HOTLINE, Door.WEB, Door.APP, Door.COUNTER}),
    inputs=NumberPortingInputs,
    answer=answer,
    changes=True,
    proof=_proof,
)
