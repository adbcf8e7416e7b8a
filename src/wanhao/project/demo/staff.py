"""Employees of the demo, whom everybody may try: the door shows all it takes to be one of them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth import get_user_model
from django.db import transaction

from wanhao.access.logins import add_employee_login
from wanhao.pages.staff.adapters import DEMO_NAMES
from wanhao.pages.staff.ports import DemoPerson, show_demo_staff
from wanhao.project.env import environment
from wanhao.staff.actions import appoint, grant_role

UNIT = "8360100"
SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """Somebody of the demo; the password and the secret are no secrets."""

    login: str
    name: str
    job_number: str
    role: str
    role_zh: str
    role_en: str
    password: str
    secret: str


PEOPLE = (
    _Person(
        login=f"{DEMO_NAMES}clerk",
        name="李娜",
        job_number="D1001",
        role="clerk",
        role_zh="营业员 李娜",
        role_en="Clerk Li Na",
        password="counter-by-the-river",  # noqa: S106 - shown at the door
        secret="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",  # noqa: S106
    ),
    _Person(
        login=f"{DEMO_NAMES}duty",
        name="周建军",
        job_number="D1002",
        role="duty-manager",
        role_zh="值班经理 周建军",
        role_en="Duty manager Zhou Jianjun",
        password="night-watch-at-ten",  # noqa: S106 - shown at the door
        secret="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",  # noqa: S106
    ),
)


def hire_demo_staff(now: datetime) -> None:
    """Let the people of the demo work in Nanchang, each once."""
    known = set(get_user_model().objects.values_list("name", flat=True))
    for person in PEOPLE:
        if person.login not in known:
            _hire(person, now)


def wire_demo_staff() -> None:
    """Let the door show them; outside the demo it shows nobody, and lets none of them in."""
    if environment().demo:
        show_demo_staff(shown_people)


def shown_people() -> Sequence[DemoPerson]:
    """Everybody with the code of this half minute; the codes go by the machine's own clock."""
    counter = int(time.time()) // SECONDS
    return [
        DemoPerson(
            role_zh=person.role_zh,
            role_en=person.role_en,
            name=person.login,
            password=person.password,
            code=format_hotp_value(hotp_value(person.secret, counter)),
        )
        for person in PEOPLE
        if Authenticator.objects.filter(user__name=person.login).exists()
    ]


@transaction.atomic
def _hire(person: _Person, now: datetime) -> None:
    login_id, _ = add_employee_login(person.login, person.password)
    appoint(login_id=login_id, unit_code=UNIT, name=person.name, job_number=person.job_number)
    grant_role(job_number=person.job_number, role=person.role, unit_code=UNIT, now=now, by="demo")
    TOTP.activate(get_user_model().objects.get(pk=login_id), person.secret)
