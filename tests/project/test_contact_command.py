"""Where a customer is reached besides the number, by command."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner, Result

from tests.parties.examples import a_family
from wanhao.parties.actions import open_accounts
from wanhao.project.command import parties_contact
from wanhao.project.command.parties_contact import contact_command

pytestmark = pytest.mark.django_db
MAIN, CHILD = "16907920001", "16907920002"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def nothing() -> Iterator[None]:
        yield

    monkeypatch.setattr(parties_contact, "database", nothing)
    monkeypatch.setattr(parties_contact, "refuse_without_database", lambda: None)


def contact(*words: str) -> Result:
    return CliRunner().invoke(contact_command, words)


def test_a_mail_address_is_for_the_customer_or_for_one_line() -> None:
    open_accounts([a_family()])
    assert contact(MAIN).output == "only by the number\n"
    assert contact(MAIN, "--email", "li@example.com").output == "email li@example.com\n"
    contact(CHILD, "--app", "child", "--line-only")
    assert contact(CHILD).output == "app   child\nemail li@example.com\n"
    assert contact(MAIN).output == "email li@example.com\n"


def test_a_number_nobody_uses_and_an_address_that_is_none_are_refused() -> None:
    open_accounts([a_family()])
    assert "Nobody uses the number" in str(contact("16907929999").exception)
    assert "is no address" in str(contact(MAIN, "--email", "li").exception)
