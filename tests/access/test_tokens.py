"""Tokens of a line: told once, used so often in an hour, until their end or until revoked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from wanhao.access.contracts import NewToken, Scope
from wanhao.access.models import LineToken
from wanhao.access.tokens import issue_token, revoke_token, token_of, tokens, use_token
from wanhao.values.errors import WanhaoError

NOW = datetime(2026, 11, 22, 4, 10, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ASKED = NewToken(
    line_id=7,
    scopes=frozenset({Scope.READ}),
    ends_at=NOW + 30 * DAY,
    issued_by="command:root",
    reason="asked for at the hall",
)

pytestmark = pytest.mark.django_db


def test_the_secret_finds_its_token_and_is_kept_nowhere() -> None:
    secret, issued = issue_token(ASKED, NOW)
    assert token_of(secret, NOW) == issued
    assert (issued.line_id, issued.scopes) == (7, {Scope.READ})
    row = LineToken.objects.values().get()
    assert secret not in str(row)
    assert secret.removeprefix("wanhao_") not in str(row)


def test_two_tokens_have_two_secrets() -> None:
    (one, _), (two, _) = issue_token(ASKED, NOW), issue_token(ASKED, NOW)
    assert one != two
    assert len(one) > 40


@pytest.mark.parametrize("wrong", ["", "wanhao_", "wanhao_x", " "])
def test_another_secret_finds_nothing(wrong: str) -> None:
    issue_token(ASKED, NOW)
    assert token_of(wrong, NOW) is None


def test_it_works_until_its_end() -> None:
    secret, _ = issue_token(ASKED, NOW)
    assert token_of(secret, NOW + 30 * DAY - MINUTE)
    assert token_of(secret, NOW + 30 * DAY) is None
    assert token_of(secret, NOW - MINUTE) is None


def test_it_works_until_it_is_revoked_and_the_first_revoking_stays() -> None:
    secret, issued = issue_token(ASKED, NOW)
    first = revoke_token(issued.token_id, "command:root", NOW + MINUTE)
    assert token_of(secret, NOW + MINUTE) is None
    assert revoke_token(issued.token_id, "command:other", NOW + DAY) == first
    assert LineToken.objects.get().revoked_by == "command:root"


def test_what_is_not_there_cannot_be_revoked() -> None:
    with pytest.raises(WanhaoError, match="no token 99"):
        revoke_token(99, "command:root", NOW)


def test_so_many_uses_an_hour_and_no_more() -> None:
    _, issued = issue_token(ASKED, NOW)
    used = [use_token(issued.token_id, 3, NOW + place * MINUTE) for place in range(5)]
    assert used == [True, True, True, False, False]
    assert LineToken.objects.get().uses == 3
    assert use_token(issued.token_id, 3, NOW + 50 * MINUTE)
    assert LineToken.objects.get().uses == 1


@pytest.mark.parametrize(
    ("odd", "told"),
    [
        (replace(ASKED, scopes=frozenset()), "for nothing"),
        (replace(ASKED, ends_at=NOW), "no good time"),
        (replace(ASKED, ends_at=NOW + 367 * DAY), "no good time"),
        (replace(ASKED, reason=" "), "why the token"),
        (replace(ASKED, reason="x" * 201), "why the token"),
    ],
)
def test_a_token_says_what_for_until_when_and_why(odd: NewToken, told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        issue_token(odd, NOW)
    assert tokens() == []


def test_the_latest_tokens_of_a_line_come_first() -> None:
    made = [issue_token(replace(ASKED, line_id=line), NOW)[1] for line in (7, 8, 7)]
    assert tokens([7]) == [made[2], made[0]]
    assert tokens(limit=1) == [made[2]]
