"""Care files: for oneself or a relative, who must agree; seen, agreed to, ended."""

from typing import Annotated, Literal

from pydantic import Field

from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import lines, listed, pick
from wanhao.parties.care import agree_to_care, care_of_line, care_terms, end_care, register_care
from wanhao.parties.care_contracts import CareReason, CareState, CareView, NewCare, Relation
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_id, lines_by_number
from wanhao.values.msisdn import Msisdn

STATES = {
    CareState.WAITING: ("等本人同意", "waits for the person to agree"),
    CareState.ACTIVE: ("已生效", "in force"),
    CareState.ENDED: ("已终止", "ended"),
}


class CareInputs(Inputs):
    """What is wanted. To register: whom (a relative's number, or nobody for oneself), why, what is
    needed (codes or names, with commas), where to visit; and the consent, which is also needed to
    agree. To end: whose, where there are several."""

    action: Literal["see", "register", "agree", "end"] = "see"
    number: Annotated[str, Field(pattern=r"^(1\d{10})?$")] = ""
    relation: Literal["parent", "grandparent", "spouse", "child", "other"] = "other"
    reason: Literal["alone", "disabled", "remote", "other"] = "other"
    needs: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=200)
    consent: bool = False


def answer(asking: Asking[CareInputs]) -> Answer:
    """Do what is wanted."""
    action = asking.inputs.action
    if action == "register":
        return _register(asking)
    if action == "agree":
        _refuse_without_consent(asking)
        return _told([agree_to_care(asking.line.line_id, asking.now)], asking)
    if action == "end":
        ended = end_care(_one(asking).care_id, asking.line.line_id, asking.now, by=_by(asking))
        return _told([ended], asking)
    files = care_of_line(asking.line.line_id)
    if files:
        return _told(files, asking)
    said = asking.say("您没有关怀登记。", "You have no care file.")
    return Answer(long=said, short=said, data={"files": []})


def _register(asking: Asking[CareInputs]) -> Answer:
    given = asking.inputs
    _refuse_without_consent(asking)
    new = NewCare(
        person_line=_person(asking).line_id,
        asked_line=asking.line.line_id,
        relation=Relation(given.relation),
        reason=CareReason(given.reason),
        needs=_needs(asking),
        address=given.address,
    )
    return _told([register_care(new, asking.now, by=_by(asking))], asking)


def _refuse_without_consent(asking: Asking[CareInputs]) -> None:
    if not asking.inputs.consent:
        raise RefusedError(
            "登记内容属于敏感个人信息，只用于上门关怀，需要您单独同意，可随时终止。",
            "This is sensitive personal data, used for visits only: please give your consent to"
            " it. You can end it at any time.",
        )


def _person(asking: Asking[CareInputs]) -> LineView:
    """The line of who is cared for. A stranger's is not told from one that is none."""
    if not asking.inputs.number:
        return asking.line
    number = int(asking.inputs.number)
    found = lines_by_number([number]).get(number)
    if found is None:
        raise RefusedError(
            "这个号码不能登记，请核对号码。", "This number cannot be registered; please check it."
        )
    return found


def _needs(asking: Asking[CareInputs]) -> tuple[str, ...]:
    known = care_terms().needs
    codes = {name: code for code, names in known.items() for name in (code, *names)}
    words = asking.inputs.needs.replace("，", ",").replace("、", ",").split(",")
    wanted = [word.strip() for word in words if word.strip()]
    if not wanted or any(word not in codes for word in wanted):
        zh, en = ("、".join(one[place] for one in known.values()) for place in (0, 1))
        raise RefusedError(f"请从这些服务中选择：{zh}。", f"Please choose of: {en}.")
    return tuple(dict.fromkeys(codes[word] for word in wanted))


def _one(asking: Asking[CareInputs]) -> CareView:
    files = care_of_line(asking.line.line_id)
    if asking.inputs.number:
        wanted = lines_by_number([int(asking.inputs.number)])
        ids = {line.line_id for line in wanted.values()}
        files = [one for one in files if one.person_line in ids]
    if len(files) == 1:
        return files[0]
    if not files:
        raise RefusedError("没有这样的关怀登记。", "There is no such care file.")
    raise RefusedError("请说明是哪个号码的关怀登记。", "Please give the number of the person.")


def _by(asking: Asking[CareInputs]) -> str:
    return asking.asker.name or asking.asker.door.value


def _told(files: list[CareView], asking: Asking[CareInputs]) -> Answer:
    language, terms = asking.asker.language, care_terms()
    numbers = lines_by_id([one.person_line for one in files])
    told, data = [], []
    for one in files:
        line = numbers.get(one.person_line)
        who = Msisdn(line.number).masked if line else "***"
        needs = listed([pick(language, terms.needs[need]) for need in one.needs], language)
        state = pick(language, STATES[one.state])
        told.append(
            asking.say(
                f"关怀登记{who}：{state}（{needs}）。", f"Care file {who}: {state} ({needs})."
            )
        )
        data.append({"person": who, "state": one.state.value, "needs": list(one.needs)})
    note = {
        CareState.ACTIVE: asking.say(
            f"每月1日至{terms.last_day}日两名工作人员上门，可随时终止。",
            f"Two of us visit from the 1st to the {terms.last_day}th of each month."
            " You can end it at any time.",
        ),
        CareState.WAITING: asking.say(
            "请本人用自己的号码在关怀登记中选择同意，之前不上门。",
            "The person must agree from the own number first; nobody visits before.",
        ),
    }.get(files[0].state, "")
    return Answer(long=lines([*told, note]), short=told[0], data={"files": data})


ITEM = MenuItem(
    code="care_file",
    zh="关怀登记",
    en="Care file",
    level=IdentityLevel.VERIFIED,
    doors=frozenset(
        {
            *(Door.HOTLINE, Door.WEB, Door.APP, Door.COUNTER),
            *(Door.AGENT, Door.COMMAND),
        }
    ),
    inputs=CareInputs,
    answer=answer,
    changes=True,
)
