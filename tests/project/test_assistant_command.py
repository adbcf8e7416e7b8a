"""`wanhao assistant`: tokens are issued with a reason, told once, listed and revoked."""

from contextlib import nullcontext

import pytest
from click.testing import CliRunner, Result

from tests.parties.examples import a_line, an_account
from wanhao.access.contracts import Scope
from wanhao.access.tokens import token_of, tokens
from wanhao.parties.actions import open_accounts
from wanhao.project import clock
from wanhao.project.command import assistant
from wanhao.project.env import Environment
from wanhao.values.errors import WanhaoError

NUMBER = 16907910001


@pytest.fixture(autouse=True)
def line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant, "refuse_without_database", lambda: None)
    monkeypatch.setattr(assistant, "database", nullcontext)
    open_accounts([an_account("A1", (a_line(NUMBER),))])


def run(*words: str) -> Result:
    return CliRunner().invoke(assistant.assistant, words, catch_exceptions=False)


def issued(*words: str) -> str:
    return run("token", str(NUMBER), "--reason", "asked for at the hall", *words).stdout.strip()


def test_a_token_is_told_once_and_reads_unless_more_is_asked_for() -> None:
    secret = issued()
    found = token_of(secret, clock.now())
    assert found is not None
    assert found.scopes == {Scope.READ}
    assert 29 <= (found.ends_at - clock.now()).days <= 30
    assert found.issued_by.startswith("command:")


def test_its_scopes_and_its_days_can_be_chosen() -> None:
    found = token_of(issued("--scopes", "read,change", "--days", "2"), clock.now())
    assert found is not None
    assert found.scopes == {Scope.READ, Scope.CHANGE}
    assert (found.ends_at - clock.now()).days <= 2


def test_tokens_are_listed_with_masked_numbers_and_no_secret() -> None:
    secret = issued()
    (told,) = run("tokens").stdout.splitlines()
    assert "169****0001" in told
    assert "asked for at the hall" in told
    assert secret not in told
    assert str(NUMBER) not in told
    assert run("tokens", "--line", str(NUMBER)).stdout.splitlines() == [told]
    assert run("tokens", "--line", "16907910002").stdout == ""


def test_a_revoked_token_says_so() -> None:
    secret = issued()
    (found,) = tokens()
    assert "revoked" in run("revoke", str(found.token_id)).stdout
    assert token_of(secret, clock.now()) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("token", "16907910002", "--reason", "x"), "Nobody has the number"),
        (("token", str(NUMBER), "--reason", "x", "--scopes", "all"), "'all' is no scope"),
        (("token", str(NUMBER), "--reason", " "), "why the token was issued"),
        (("revoke", "77"), "no token 77"),
    ],
)
def test_what_is_not_right_is_told(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        run(*words)
    assert tokens() == []


def test_the_door_is_as_the_environment_has_it() -> None:
    config = assistant.assistant_config(
        Environment(assistant_names="care.example", assistant_origins="https://app.example")
    )
    assert (config.names, config.origins) == (["care.example"], ["https://app.example"])
    assert (config.host, config.port, config.per_hour) == ("127.0.0.1", 8012, 120)
