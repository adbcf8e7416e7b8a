"""Bind another line to a sign-in: a code goes to its handset, and whoever reads it may bind it."""

from datetime import datetime

from django.db import transaction

from wanhao.access.contracts import CodeCheck, CodePurpose, IssuedCode
from wanhao.access.one_time_codes import asked_code, check_code
from wanhao.parties.binding import bind_line
from wanhao.parties.contracts import BindingView
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.send_one_time_code import send_one_time_code


def send_bind_code(login_id: int, number: int, now: datetime) -> IssuedCode:
    """Send the code; TooManyCodesError when it is too soon."""
    return send_one_time_code(number, CodePurpose.BIND, now, asked_by=f"login {login_id}")


@transaction.atomic
def bind_by_code(login_id: int, number: int, code: str, now: datetime) -> BindingView | CodeCheck:
    """Bind the line of a number, by the last code this sign-in had sent to it; else how many tries
    are left, which is counted.

    WanhaoError when the sign-in has as many lines as it may have; the code stays good then.
    """
    by = f"login {login_id}"
    code_id = asked_code(number, CodePurpose.BIND, by, now)
    if code_id is None:
        return CodeCheck(right=False)
    check = check_code(code_id, number, CodePurpose.BIND, code, now)
    line = lines_by_number([number]).get(number)
    if not check.right or line is None:
        return check
    return bind_line(login_id, line.line_id, now, by=by)
