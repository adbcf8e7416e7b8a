"""Bind and unbind: for which lines a sign-in may ask. Another line is bound by its own handset."""

from typing import Annotated

from pydantic import Field

from wanhao.access.contracts import CodeCheck, TooManyCodesError
from wanhao.menu.contracts import (
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import lines
from wanhao.parties.binding import bindings_of, may_rebind, rebind_line, unbind_line
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.bind_by_code import bind_by_code, send_bind_code

Number = Annotated[str, Field(pattern=r"^1\d{10}$")]
DOORS = frozenset({Door.WEB, Door.APP, Door.CHAT})


class BindInputs(Inputs):
    """The number, and the code that its handset got; without a code one is sent."""

    number: Number
    code: Annotated[str, Field(pattern=r"^(\d{6})?$")] = ""


class UnbindInputs(Inputs):
    """The number."""

    number: Number


def bind(asking: Asking[BindInputs]) -> Answer:
    """Send the code, or bind by it. What one unbound a moment ago is bound again at once."""
    login_id, number = _login(asking.asker.login_id), int(asking.inputs.number)
    if _bound(login_id, number) is not None:
        raise RefusedError(
            "这个号码已绑定到您的登录。", "This line is bound to your sign-in already."
        )
    line = lines_by_number([number]).get(number)
    if line is not None and may_rebind(login_id, line.line_id, asking.now):
        rebind_line(login_id, line.line_id, asking.now, by=f"login {login_id}")
        return _bound_now(asking)
    if not asking.inputs.code:
        return _send(asking, login_id, number)
    bound = bind_by_code(login_id, number, asking.inputs.code, asking.now)
    return _wrong(asking, bound.left) if isinstance(bound, CodeCheck) else _bound_now(asking)


def unbind(asking: Asking[UnbindInputs]) -> Answer:
    """The sign-in asks for the line no more."""
    login_id, number = _login(asking.asker.login_id), int(asking.inputs.number)
    line = _bound(login_id, number)
    if line is None:
        raise RefusedError(
            "这个号码没有绑定到您的登录。", "This line is not bound to your sign-in."
        )
    if len(bindings_of(login_id)) < 2:
        raise RefusedError(
            "这是您唯一的号码，不能解绑。如要离开，请退出登录。",
            "This is your only line, which stays. To leave, please sign out.",
        )
    unbind_line(login_id, line.line_id, asking.now, by=f"login {login_id}")
    masked = Msisdn(number).masked
    said = asking.say(f"已解绑{masked}。", f"{masked} is unbound.")
    back = asking.say(
        "30分钟内可以直接恢复，不需要验证码。", "Within 30 minutes you can bind it again as it was."
    )
    return Answer(long=lines([said, back]), short=said, data={"number": asking.inputs.number})


def _send(asking: Asking[BindInputs], login_id: int, number: int) -> Answer:
    """A number nobody has is told nothing else, so that nobody learns which ones are ours."""
    try:
        send_bind_code(login_id, number, asking.now)
    except TooManyCodesError as error:
        minutes = max(-(-int(error.wait.total_seconds()) // 60), 1)
        raise RefusedError(
            f"验证码发送过于频繁，请{minutes}分钟后再试。",
            f"Too many codes were asked for; please try again in {minutes} minutes.",
        ) from None
    masked = Msisdn(number).masked
    said = asking.say(
        f"验证码已发到{masked}，5分钟内有效，请填写后再提交。",
        f"A code was sent to {masked}, good for 5 minutes; please fill it in.",
    )
    return Answer(long=said, short=said, data={"sent_to": masked, "waits_for": "code"})


def _wrong(asking: Asking[BindInputs], left: int) -> Answer:
    said = (
        asking.say(f"验证码不对，还可试{left}次。", f"That is not the code; {left} more tries.")
        if left
        else asking.say(
            "这个验证码已失效。请不填验证码再提交一次，重新获取。",
            "That code does not count any more. Send this without a code to get a new one.",
        )
    )
    return Answer(long=said, short=said, refused=True)


def _bound_now(asking: Asking[BindInputs]) -> Answer:
    masked = Msisdn(int(asking.inputs.number)).masked
    said = asking.say(f"已绑定{masked}。", f"{masked} is bound to your sign-in.")
    return Answer(long=said, short=said, data={"number": asking.inputs.number})


def _login(login_id: int | None) -> int:
    if login_id is None:
        raise RefusedError("请先登录网上营业厅。", "Please sign in to the online hall first.")
    return login_id


def _bound(login_id: int, number: int) -> LineView | None:
    return next((one.line for one in bindings_of(login_id) if one.line.number == number), None)


ITEMS = (
    MenuItem(
        code="bind",
        zh="绑定号码",
        en="Bind a line",
        level=IdentityLevel.VERIFIED,
        doors=DOORS,
        inputs=BindInputs,
        answer=bind,
        changes=True,
    ),
    MenuItem(
        code="unbind",
        zh="解绑号码",
        en="Unbind a line",
        level=IdentityLevel.VERIFIED,
        doors=DOORS,
        inputs=UnbindInputs,
        answer=unbind,
        changes=True,
    ),
)
