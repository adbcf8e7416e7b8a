"""Employees of the demo: hired once, shown at its door with the code of now, nowhere else."""

import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.test import Client
from pytest_django import Settings

from wanhao.pages.staff.ports import show_demo_staff
from wanhao.project.command.staff import staff
from wanhao.project.demo.staff import PEOPLE, hire_demo_staff, shown_people
from wanhao.staff.actions import load_units
from wanhao.staff.queries import roles_held

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def hired() -> None:
    load_units()
    hire_demo_staff(NOW)
    hire_demo_staff(NOW)


@pytest.fixture
def door(settings: Settings) -> Client:
    settings.DEMO = True
    show_demo_staff(shown_people)
    return Client()


def test_they_hold_their_roles() -> None:
    held = {one.job_number: one.role for one in roles_held("", live=True)}
    assert held == {"D1001": "clerk", "D1002": "duty-manager"}


def test_what_the_door_shows_is_enough_to_sign_in(door: Client) -> None:
    page = door.get("/staff/sign-in/").content.decode()
    login, password, _ = re.findall(r"<code[^>]*>([^<]+)</code>", page)[:3]
    assert (login, password) == (PEOPLE[0].login, PEOPLE[0].password)
    assert door.post("/staff/sign-in/", {"login": login, "password": password})["Location"]
    hint = re.search(r"<code>(\d{6})</code>", door.get("/staff/factor/").content.decode())
    assert hint is not None
    assert door.post("/staff/factor/", {"code": hint[1]}).status_code == 302
    assert door.get("/staff/security/").status_code == 200


def test_outside_the_demo_nobody_is_shown_and_none_of_them_comes_in(
    door: Client, settings: Settings
) -> None:
    settings.DEMO = False
    one = PEOPLE[0]
    assert one.password not in door.get("/staff/sign-in/").content.decode()
    answer = door.post("/staff/sign-in/", {"login": one.login, "password": one.password})
    assert answer["Location"].startswith("/staff/sign-in/")


def test_an_employee_is_added_by_the_command_and_reset_by_it(settings: Settings) -> None:
    added = CliRunner().invoke(staff, ["add", "wang.fang", "8360100", "J7", "王芳"])
    assert added.exit_code == 0, added.output
    password = added.stdout.split()[0]
    given = {"login": "wang.fang", "password": password}
    assert Client().post("/staff/sign-in/", given)["Location"] == "/staff/enrol/"
    again = CliRunner().invoke(staff, ["reset", "wang.fang", "--factor"])
    assert again.exit_code == 0, again.output
    assert Client().post("/staff/sign-in/", given).status_code == 422
