"""The service password: set it, or have an initial one sent to the handset."""

from pydantic import Field

from wanhao.access.service_passwords import (
    check_service_password,
    issue_service_password,
    set_service_password,
)
from wanhao.communications.actions import plan_message
from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
)
from wanhao.parties.contracts import Language

INITIAL = {
    Language.ZH: "您的初始服务密码是{password}，请尽快修改，切勿告诉他人。",
    Language.EN: "Your initial service password is {password}. Change it soon; tell nobody.",
}


class ServicePasswordInputs(Inputs):
    """The new password, six digits; without one an initial one is sent to the handset.

    `old` is looked at where it is given. Name and document number prove who asks by message.
    """

    new: str = Field(default="", max_length=16)
    old: str = Field(default="", max_length=16)
    name: str = Field(default="", max_length=64)
    document: str = Field(default="", max_length=24)


def answer(asking: Asking[ServicePasswordInputs]) -> Answer:
    """Set or send it."""
    line, given = asking.line, asking.inputs
    if given.old:
        check = check_service_password(line.line_id, given.old, asking.now)
        if not check.right:
            said = asking.say(
                f"原服务密码不对，今天还可试{check.left}次。",
                f"That is not your service password; {check.left} more tries today.",
            )
            return Answer(long=said, short=said, refused=True)
    by = asking.asker.name or asking.asker.door.value
    if given.new:
        set_service_password(line.line_id, line.number, given.new, asking.now, by=by)
        said = asking.say("服务密码已修改。", "Your service password is set.")
        return Answer(long=said, short=said, data={"initial": False})
    password = issue_service_password(line.line_id, line.number, asking.now, by=by)
    text = INITIAL[line.language].format(password=password)
    plan_message(line.number, "secret", text, asking.now)
    said = asking.say(
        "初始服务密码已用短信发到本机，请尽快修改。",
        "An initial service password was sent to your handset; please change it soon.",
    )
    return Answer(long=said, short=said, data={"initial": True})


def _proof(given: ServicePasswordInputs) -> tuple[str, str]:
    return given.name, given.document


ITEM = MenuItem(
    code="service_password",
    zh="服务密码",
    en="Service password",
    level=IdentityLevel.STRONG,
    doors=frozenset({Door.SMS, Door.WEB, Door.APP, Door.TERMINAL, Door.COUNTER, Door.HOTLINE}),
    inputs=ServicePasswordInputs,
    answer=answer,
    changes=True,
    proof=_proof,
)
