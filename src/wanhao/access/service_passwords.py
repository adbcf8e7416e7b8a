"""Service passwords: six digits a line is verified by; kept as a hash, locked after wrong tries."""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from wanhao.access.contracts import PasswordCheck, TryKind
from wanhao.access.models import ServicePassword
from wanhao.access.trying import begin_try, note_wrong
from wanhao.values.errors import WanhaoError
from wanhao.values.typed import as_meant

DIGITS = 6
RUNS = ("01234567890", "09876543210")


@transaction.atomic
def set_service_password(
    line_id: int, number: int, password: str, now: datetime, *, by: str
) -> None:
    """Set the password of a line whose holder is known for certain.

    WanhaoError when it is not six digits, or too easy to guess.
    """
    meant = as_meant(password)
    _refuse_easy(meant, number)
    _keep(line_id, meant, now, by=by, initial=False)


@transaction.atomic
def issue_service_password(line_id: int, number: int, now: datetime, *, by: str) -> str:
    """Give a line an initial password, which is good only for setting another; it is told this once
    and can never be read again."""
    while True:
        password = f"{secrets.randbelow(10**DIGITS):06d}"
        try:
            _refuse_easy(password, number)
        except WanhaoError:
            continue
        _keep(line_id, password, now, by=by, initial=True)
        return password


@transaction.atomic
def check_service_password(line_id: int, password: str, now: datetime) -> PasswordCheck:
    """Whether it is the password of the line. A wrong one is counted: commit it.

    WanhaoError when there is none, or there were too many wrong ones today.
    """
    begin_try(line_id, TryKind.PASSWORD, now)
    row = ServicePassword.objects.filter(line_id=line_id).first()
    if row is None:
        raise WanhaoError(f"Line {line_id} has no service password.", "Set one first.")
    if not check_password(as_meant(password), row.hashed):
        return PasswordCheck(right=False, left=note_wrong(line_id, TryKind.PASSWORD, now))
    return PasswordCheck(right=True, must_change=row.initial)


@transaction.atomic
def try_service_password(
    line_id: int | None, number: int, password: str, now: datetime
) -> PasswordCheck:
    """Whether it is the password of whoever has a number: as `check_service_password`, but a number
    nobody has, and a line without a password, look and count as if the password were wrong."""
    counted = -number if line_id is None else line_id
    begin_try(counted, TryKind.PASSWORD, now)
    row = None if line_id is None else ServicePassword.objects.filter(line_id=line_id).first()
    if row is None:
        make_password(password)  # takes as long as looking
    if row is None or not check_password(as_meant(password), row.hashed):
        return PasswordCheck(right=False, left=note_wrong(counted, TryKind.PASSWORD, now))
    return PasswordCheck(right=True, must_change=row.initial)


def has_service_password(line_id: int) -> bool:
    """Whether a line has one, initial or its own."""
    return ServicePassword.objects.filter(line_id=line_id).exists()


def carry_service_password(from_line: int, to_line: int) -> None:
    """A number that gets another line keeps its password."""
    ServicePassword.objects.filter(line_id=from_line).update(line_id=to_line)


def _keep(line_id: int, password: str, now: datetime, *, by: str, initial: bool) -> None:
    ServicePassword.objects.update_or_create(
        line_id=line_id,
        defaults={
            "hashed": make_password(password),
            "initial": initial,
            "set_at": now,
            "set_by": by[:64],
        },
    )


def _refuse_easy(password: str, number: int) -> None:
    if len(password) != DIGITS or not (password.isascii() and password.isdigit()):
        raise WanhaoError("A service password has six digits.", "Choose six digits.")
    run = any(password in each for each in RUNS)
    if run or len(set(password)) < 3 or password in str(number):
        raise WanhaoError(
            "This service password is too easy to guess.",
            "Choose digits that are no row, not nearly all alike, and not from your number.",
        )
