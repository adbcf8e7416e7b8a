"""Sessions and their logins, read by questions whose plans are kept."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from wanhao.access.models import Login
from wanhao.access.sessions import SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in() -> SessionStore:
    login = Login.objects.create_user("wang", "a-long-password", kind="customer")
    client = Client()
    client.force_login(login)
    return SessionStore(client.session.session_key)


def who(session: SessionStore) -> object:
    """Whom a request with this session's cookie is of."""
    request = HttpRequest()
    request.session = SessionStore(session.session_key)
    return get_user(request)


def test_a_session_is_of_its_login(signed_in: SessionStore) -> None:
    found = who(signed_in)
    assert found == Login.objects.get(name="wang")
    assert isinstance(found, Login)
    assert (found.kind, found.is_active) == ("customer", True)


def test_what_is_kept_is_read_again(signed_in: SessionStore) -> None:
    signed_in["hall"] = {"line": 7}
    signed_in.save()
    assert SessionStore(signed_in.session_key)["hall"] == {"line": 7}


def test_a_session_that_ended_is_of_nobody(signed_in: SessionStore) -> None:
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    read = SessionStore(signed_in.session_key)
    assert read.get("hall") is None
    assert read.session_key is None
    assert getattr(who(signed_in), "is_anonymous", None) is True


def test_nobody_has_a_session_that_was_made_up() -> None:
    read = SessionStore("x" * 32)
    assert list(read.items()) == []
    assert read.session_key is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_who_may_not_sign_in_any_more_is_signed_out(
    signed_in: SessionStore, change: dict[str, object]
) -> None:
    Login.objects.filter(name="wang").update(**change)
    assert getattr(who(signed_in), "is_anonymous", None) is True


def test_a_login_that_is_gone_is_nobody(signed_in: SessionStore) -> None:
    Login.objects.filter(name="wang").delete()
    assert getattr(who(signed_in), "is_anonymous", None) is True
