"""Employees sign in: nobody is in before password, second factor and a password of one's own."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from wanhao.access.logins import add_employee_login, reset_employee_password
from wanhao.pages.staff.sign_in import LEAST

pytestmark = pytest.mark.django_db
SIGN_IN, FACTOR, ENROL = "/staff/sign-in/", "/staff/factor/", "/staff/enrol/"
NEW, SECURITY, ADMIN = "/staff/new-password/", "/staff/security/", "/admin/"
OWN = "a walk by the Gan river"
PERIOD = 30


@pytest.fixture
def first_password() -> str:
    return add_employee_login("li.na")[1]


def code_now(secret: str, later: int = 0) -> str:
    """What the app shows; every code is good once, so a second one is of the next half minute."""
    counter = int(time.time()) // PERIOD + later
    return format_hotp_value(hotp_value(secret, counter))


def give(browser: Client, password: str, name: str = "li.na") -> HttpResponse:
    answer: HttpResponse = browser.post(SIGN_IN, {"login": name, "password": password})
    return answer


def secret_on(page: str) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    assert found is not None
    return found[1].replace(" ", "")


def enrolled(browser: Client, password: str) -> tuple[str, list[str]]:
    """Go through the whole first sign-in; returns the secret and the recovery codes."""
    assert give(browser, password)["Location"] == ENROL
    secret = secret_on(browser.get(ENROL).content.decode())
    page = browser.post(ENROL, {"code": code_now(secret)}).content.decode()
    codes = re.findall(r"<li><code>(\d+)</code></li>", page)
    assert browser.post(ENROL, {"kept": "1"})["Location"] == NEW
    assert browser.post(NEW, {"new": OWN, "again": OWN}).status_code == 302
    return secret, codes


def signed_in(browser: Client) -> bool:
    return browser.get(SECURITY).status_code == 200


def test_the_first_sign_in_sets_up_the_factor_and_a_password(first_password: str) -> None:
    browser = Client()
    assert give(browser, first_password)["Location"] == ENROL
    assert not signed_in(browser)
    page = browser.get(ENROL).content.decode()
    assert "<svg" in page
    secret = secret_on(page)
    assert browser.post(ENROL, {"code": "000000"}).status_code == 422
    assert not signed_in(browser)
    shown = browser.post(ENROL, {"code": code_now(secret)}).content.decode()
    assert len(re.findall(r"<li><code>\d+</code></li>", shown)) == 10
    assert not signed_in(browser)
    assert browser.post(ENROL, {"kept": "1"})["Location"] == NEW
    assert not signed_in(browser)
    short = "x" * (LEAST - 1)
    assert browser.post(NEW, {"new": short, "again": short}).status_code == 422
    same = {"new": first_password, "again": first_password}
    assert browser.post(NEW, same).status_code == 422
    assert browser.post(NEW, {"new": OWN, "again": OWN}).status_code == 302
    assert signed_in(browser)


def test_the_second_time_it_takes_password_and_code(first_password: str) -> None:
    secret, codes = enrolled(Client(), first_password)
    browser = Client()
    assert give(browser, OWN)["Location"] == FACTOR
    assert not signed_in(browser)
    assert browser.post(FACTOR, {"code": "000000"}).status_code == 422
    assert browser.post(FACTOR, {"code": code_now(secret, 1)}).status_code == 302
    assert signed_in(browser)
    again = Client()
    give(again, OWN)
    assert again.post(FACTOR, {"code": code_now(secret, 1)}).status_code == 422
    assert again.post(FACTOR, {"code": codes[0]}).status_code == 302
    third = Client()
    give(third, OWN)
    assert third.post(FACTOR, {"code": codes[0]}).status_code == 422


def test_recovery_codes_are_shown_once_and_the_secret_is_not_kept_in_clear(
    first_password: str,
) -> None:
    browser = Client()
    secret, codes = enrolled(browser, first_password)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert codes[0] not in kept
    assert codes[0] not in browser.get(SECURITY).content.decode()
    assert browser.get(ENROL).status_code == 302


def test_wrong_passwords_lock_the_name_for_a_while(first_password: str) -> None:
    for _ in range(5):
        wrong = give(Client(), "wrong").content.decode()
    assert "Location" not in give(Client(), first_password).headers
    nobodys = [give(Client(), "wrong", "nobody").content.decode() for _ in range(6)]
    said = re.compile(r'role="alert".*?<span>(.*?)</span>', re.DOTALL)
    assert said.findall(wrong) == said.findall(nobodys[4])
    assert said.findall(give(Client(), "wrong").content.decode()) == said.findall(nobodys[5])


def test_the_admin_is_no_way_around(first_password: str) -> None:
    browser = Client()
    login = get_user_model().objects.get(name="li.na")
    login.is_staff = login.is_superuser = True
    login.save()
    assert browser.get(ADMIN, follow=True).redirect_chain[-1][0].startswith(SIGN_IN)
    tried = browser.post(
        "/admin/login/", {"username": "li.na", "password": first_password}, follow=True
    )
    assert tried.redirect_chain[-1][0].startswith(SIGN_IN)
    give(browser, first_password)
    assert browser.get(ADMIN).status_code == 302
    enrolled(browser, first_password)
    assert browser.get(ADMIN).status_code == 200


def test_customers_do_not_come_in_here(first_password: str) -> None:
    get_user_model().objects.create_user("a customer", "a secret of theirs")
    browser = Client()
    assert give(browser, "a secret of theirs", "a customer")["Location"] == "/hall/sign-in/"
    assert not signed_in(browser)


def test_who_is_switched_off_does_not_come_in(first_password: str) -> None:
    get_user_model().objects.update(is_active=False)
    assert give(Client(), first_password).headers.get("Location", "").startswith(SIGN_IN)


def test_a_password_reset_ends_every_session(first_password: str) -> None:
    browser = Client()
    enrolled(browser, first_password)
    assert signed_in(browser)
    login = get_user_model().objects.get(name="li.na")
    reset = reset_employee_password(login.pk)
    assert not signed_in(browser)
    assert give(Client(), reset)["Location"] == FACTOR


def test_signing_out_everywhere_and_another_password_end_the_other_browser(
    first_password: str,
) -> None:
    one, other = Client(), Client()
    _, codes = enrolled(one, first_password)
    give(other, OWN)
    other.post(FACTOR, {"code": codes[1]})
    assert signed_in(other)
    one.post(SECURITY, {"act": "others"})
    assert signed_in(one)
    assert not signed_in(other)
    give(other, OWN)
    other.post(FACTOR, {"code": codes[2]})
    new = {"act": "password", "old": OWN, "new": OWN + " again", "again": OWN + " again"}
    assert one.post(SECURITY, {**new, "old": "wrong"}).status_code == 422
    assert one.post(SECURITY, new).status_code == 302
    assert signed_in(one)
    assert not signed_in(other)
    one.post(SECURITY, {"act": "everywhere"})
    assert not signed_in(one)


def test_the_demo_wants_employees_to_sign_in_where_the_guard_says_so(settings: Settings) -> None:
    settings.DEMO = True
    assert Client().get(SECURITY)["Location"].startswith(SIGN_IN)
    assert Client().get("/").status_code == 200
