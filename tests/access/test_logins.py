"""Who may sign in, and who may open the admin."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.db import IntegrityError

from wanhao.access.contracts import LoginKind

pytestmark = pytest.mark.django_db


def test_a_login_is_a_customers_unless_said_otherwise() -> None:
    login = get_user_model().objects.create_user("wang", "secret")
    assert (login.kind, login.is_staff) == (LoginKind.CUSTOMER, False)
    assert login.password != "secret"
    assert authenticate(username="wang", password="secret") == login
    assert authenticate(username="wang", password="wrong") is None


def test_a_login_switched_off_does_not_sign_in() -> None:
    get_user_model().objects.create_user("wang", "secret", is_active=False)
    assert authenticate(username="wang", password="secret") is None


def test_the_first_login_of_an_installation_is_an_employees() -> None:
    login = get_user_model().objects.create_superuser("root", "secret")
    assert (login.kind, login.is_staff) == (LoginKind.EMPLOYEE, True)


def test_a_name_is_taken_once() -> None:
    get_user_model().objects.create_user("wang")
    with pytest.raises(IntegrityError):
        get_user_model().objects.create_user("wang")


def test_the_database_lets_no_customer_open_the_admin() -> None:
    with pytest.raises(IntegrityError, match="login_only_employees_open_admin"):
        get_user_model().objects.create_user("wang", is_staff=True)


def test_the_database_knows_two_kinds_of_logins() -> None:
    with pytest.raises(IntegrityError, match="login_kind_known"):
        get_user_model().objects.create_user("wang", kind="robot")
