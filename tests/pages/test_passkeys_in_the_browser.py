"""Passkeys made and shown in Chromium, with the authenticator it has for tests: real signatures.

A passkey belongs to a name, not to an address of digits, so the pages are asked for by one.
"""

import base64
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.pages.browser import PHONE, visiting
from tests.pages.conftest import Served
from tests.pages.hall.test_signing_in_the_browser import MINE, by_password, code_sent_to, customer
from tests.pages.staff.test_staff_sign_in import OWN, enrolled
from wanhao.access.logins import add_employee_login

pytestmark = pytest.mark.browser
__all__ = ["customer"]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(web: Served) -> str:
    """The pages by a name."""
    return web.url.replace("127.0.0.1", "localhost")


def authenticator_of(page: Page) -> tuple[CDPSession, str]:
    """A fingerprint reader in this browser; whose finger it is can be changed."""
    asked = page.context.new_cdp_session(page)
    asked.send("WebAuthn.enable")
    made = asked.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return asked, made["authenticatorId"]


def test_a_customer_makes_a_passkey_and_it_stands_for_code_and_password(
    browser: Browser, customer: None, named: str
) -> None:
    with visiting(browser, named, size=PHONE) as visit:
        page = visit.page
        authenticator_of(page)
        _make_one(page, named)
        expect(page.locator(".mine").filter(has_text="我的手机")).to_be_visible()
        _come_again_with_it(page, named)
        expect(page).to_have_url(f"{named}/hall/sessions/")
        expect(page.locator("#passkey-add")).to_be_visible()
        assert visit.complaints == []


def test_what_another_secret_signed_is_no_passkey(
    browser: Browser, customer: None, named: str
) -> None:
    with visiting(browser, named) as visit:
        page = visit.page
        asked, key = authenticator_of(page)
        _make_one(page, named)
        expect(page.locator(".mine").filter(has_text="我的手机")).to_be_visible()
        _sign_with_another_secret(asked, key)
        _come_again_with_it(page, named)
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("#passkey-show")).to_be_visible()


def test_an_employees_passkey_stands_for_the_code_of_the_app(
    browser: Browser, transactional_db: None, named: str
) -> None:
    _, recovery = enrolled(Client(), add_employee_login("li.na")[1])
    with visiting(browser, f"{named}/staff/sign-in/?next=/staff/security/") as visit:
        page = visit.page
        authenticator_of(page)
        _name_and_password(page)
        expect(page.locator("#passkey-show")).to_have_count(0)
        page.locator("#code").fill(recovery[0])
        page.locator("form.form button").first.click()
        page.goto(f"{named}/staff/security/")
        page.locator("#passkey-name").fill("柜台电脑")
        page.locator("#passkey-add").click()
        expect(page.locator(".mine").filter(has_text="柜台电脑")).to_be_visible()

        page.context.clear_cookies()
        page.goto(f"{named}/staff/sign-in/?next=/staff/security/")
        _name_and_password(page)
        page.locator("#passkey-show").click()
        expect(page).to_have_url(f"{named}/staff/security/")
        assert visit.complaints == []


def _make_one(page: Page, named: str) -> None:
    by_password(page, named)
    page.locator("a[href*='level=3']").click()
    page.locator("form:has([value=send]) button").click()
    page.locator("#code").fill(code_sent_to(MINE))
    page.locator("form:has([value=enter]) button").click()
    page.locator("#passkey-name").fill("我的手机")
    page.locator("#passkey-add").click()


def _come_again_with_it(page: Page, named: str) -> None:
    page.context.clear_cookies()
    by_password(page, named)
    page.goto(f"{named}/hall/verify/?level=3&next=/hall/sessions/")
    page.locator("#passkey-show").click()


def _name_and_password(page: Page) -> None:
    page.locator("[name=login]").fill("li.na")
    page.locator("[name=password]").fill(OWN)
    page.locator("form.form button").first.click()
    expect(page).to_have_url(re.compile("/staff/factor/"))


def _of(key: str, **more: Any) -> dict[str, Any]:
    return {"authenticatorId": key, **more}


def _sign_with_another_secret(asked: CDPSession, key: str) -> None:
    """The credential keeps its name, but what signs is another secret."""
    [held] = asked.send("WebAuthn.getCredentials", _of(key))["credentials"]
    asked.send("WebAuthn.clearCredentials", _of(key))
    other = held | {"privateKey": _another_secret()}
    asked.send("WebAuthn.addCredential", _of(key, credential=other))


def _another_secret() -> str:
    made = generate_private_key(SECP256R1())
    octets = made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(octets).decode()
