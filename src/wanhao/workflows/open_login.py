"""Open a login: whoever proved to have a line signs in with the line's own login, made if new."""

from datetime import datetime

from django.db import transaction

from wanhao.access.logins import add_customer_login
from wanhao.parties.actions import lock_line
from wanhao.parties.binding import bind_line, own_login


@transaction.atomic
def open_login(number: int, now: datetime) -> int:
    """The id of the login of a number; two at the same moment get the same one.

    WanhaoError when nobody uses the number.
    """
    line = lock_line(number)
    known = own_login(line.line_id)
    if known is not None:
        return known
    login_id = add_customer_login()
    bind_line(login_id, line.line_id, now, by=f"login {login_id}", own=True)
    return login_id
