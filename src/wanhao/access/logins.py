"""Logins come into being: a customer's with a line's first code, an employee's by the command."""

import secrets

from django.db import IntegrityError, transaction

from wanhao.access.contracts import LoginKind
from wanhao.access.models import Login
from wanhao.values.errors import WanhaoError

FIRST_PASSWORD_BYTES = 12


def add_customer_login() -> int:
    """A login without a password, for somebody who signs in by a code; returns its id."""
    return Login.objects.create_user(f"customer-{secrets.token_hex(12)}").pk


def add_employee_login(name: str, password: str = "") -> tuple[int, str]:
    """A login of an employee; returns its id and its password, which is told this once and, made
    here, must be changed at the first sign-in. WanhaoError when the name is taken."""
    first = password or secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    try:
        with transaction.atomic():
            login = Login.objects.create_user(
                name, first, kind=LoginKind.EMPLOYEE.value, must_change_password=not password
            )
    except IntegrityError as error:
        raise WanhaoError(f"The name '{name}' is taken.", "Give a name nobody has.") from error
    return login.pk, first


def reset_employee_password(login_id: int) -> str:
    """A new password that must be changed at the next sign-in, told this once; it ends every
    session of the login. WanhaoError when it is no employee's."""
    login = Login.objects.filter(id=login_id, kind=LoginKind.EMPLOYEE.value).first()
    if login is None:
        raise WanhaoError(f"Login {login_id} is no employee's.", "Give an employee's.")
    first = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    login.set_password(first)
    login.must_change_password = True
    login.save(update_fields=["password", "must_change_password"])
    return first


def login_of_employee(name: str) -> int:
    """The login of an employee's name. WanhaoError when nobody has it."""
    found = Login.objects.filter(name=name, kind=LoginKind.EMPLOYEE.value)
    login_id = found.values_list("id", flat=True).first()
    if login_id is None:
        raise WanhaoError(f"No employee signs in as '{name}'.", "Give the name of a login.")
    return login_id


def choose_password(login_id: int, password: str) -> None:
    """The owner of a login chooses its password, which ends its other sessions."""
    login = Login.objects.get(id=login_id)
    login.set_password(password)
    login.must_change_password = False
    login.save(update_fields=["password", "must_change_password"])
