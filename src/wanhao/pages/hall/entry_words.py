"""What is typed to enter the hall, and what is said of it, alike whoever has a number."""

import math
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext, ngettext

from wanhao.access.contracts import PasswordCheck
from wanhao.access.service_passwords import try_service_password
from wanhao.pages.design import clock
from wanhao.parties.contracts import LineView
from wanhao.values.errors import WanhaoError
from wanhao.values.typed import as_meant


def number_of(given: str) -> int | None:
    """The mobile number somebody typed, spaces and dashes left out; None where it is none."""
    digits = as_meant(given).replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 11 and digits[0] == "1"):
        return None
    return int(digits)


def try_password(
    line: LineView | None, number: int, password: str, *, own: bool = False
) -> tuple[PasswordCheck, str]:
    """Whether a service password is right, and what to say where it is not; `own`: the line is
    known, the password alone can be wrong."""
    try:
        with transaction.atomic():
            check = try_service_password(
                line.line_id if line else None, number, password, clock.now()
            )
    except WanhaoError:
        return PasswordCheck(right=False), locked()
    if check.right:
        return check, ""
    return check, own_password_wrong(check.left) if own else password_wrong(check.left)


def wrong_number() -> str:
    """What to say of something that is no number."""
    return gettext("Please enter your mobile number: eleven digits that begin with 1.")


def slow_down() -> str:
    """What to say to an address that asks too often."""
    return gettext("Too many tries from here. Please wait some minutes and try again.")


def wait_for(wait: timedelta) -> str:
    """What to say where a code was sent a moment ago."""
    seconds = max(math.ceil(wait.total_seconds()), 1)
    if seconds <= 120:
        said = ngettext(
            "A code was sent a moment ago. You can ask for a new one in %(n)s second.",
            "A code was sent a moment ago. You can ask for a new one in %(n)s seconds.",
            seconds,
        )
        return said % {"n": seconds}
    minutes = -(-seconds // 60)
    said = ngettext(
        "Too many codes were sent to this number. Please try again in %(n)s minute, or use your "
        "service password.",
        "Too many codes were sent to this number. Please try again in %(n)s minutes, or use your "
        "service password.",
        minutes,
    )
    return said % {"n": minutes}


def code_wrong(left: int) -> str:
    """What to say of a wrong code."""
    if not left:
        return gettext("That code does not count any more. Please have a new one sent.")
    said = ngettext(
        "That is not the code. You can try %(n)s more time.",
        "That is not the code. You can try %(n)s more times.",
        left,
    )
    return said % {"n": left}


def password_wrong(left: int) -> str:
    """What to say of a wrong number or password."""
    if not left:
        return locked()
    said = ngettext(
        "Number and service password do not fit together. You can try %(n)s more time today.",
        "Number and service password do not fit together. You can try %(n)s more times today.",
        left,
    )
    return said % {"n": left}


def own_password_wrong(left: int) -> str:
    """What to say of a wrong password of a line that is known."""
    if not left:
        return locked()
    said = ngettext(
        "That is not the service password. You can try %(n)s more time today.",
        "That is not the service password. You can try %(n)s more times today.",
        left,
    )
    return said % {"n": left}


def locked() -> str:
    """What to say where there were too many wrong passwords."""
    return gettext(
        "Too many wrong service passwords today. Please sign in with a code by SMS, or try again "
        "tomorrow."
    )


def password_too_easy() -> str:
    """What to say of a password nobody should have."""
    return gettext(
        "Please choose six digits that are not in a row, not nearly all alike, and not from your "
        "number."
    )


def initial_password() -> str:
    """What to say of a password that is only good for setting another."""
    return gettext(
        "This is the initial service password. Please sign out and sign in with it once, to set "
        "your own."
    )


def passkey_wrong() -> str:
    """What to say of a passkey that was not taken."""
    return gettext("The passkey was not accepted. Please try again, or use a code by SMS.")
