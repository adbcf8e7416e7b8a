"""Lines that a login may ask for: bound, ended, and never shown after their number went on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.parties.examples import SINCE, a_family, a_line, an_account
from wanhao.access.logins import add_customer_login
from wanhao.parties.actions import add_line, end_line, move_line, open_accounts, open_group
from wanhao.parties.binding import (
    MOST_LINES,
    bind_line,
    bindings_of,
    bindings_of_line,
    carry_bindings,
    own_login,
    release_line,
    unbind_line,
)
from wanhao.parties.contracts import LineRole, NewLine
from wanhao.parties.models import LineBinding
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
MINE, THEIRS = 16907920002, 16907920003
LATER = datetime.fromtimestamp(SINCE, UTC) + timedelta(days=100)


@pytest.fixture
def login() -> int:
    open_accounts([a_family()])
    return add_customer_login()


def line_id(number: int) -> int:
    return lines_by_number([number])[number].line_id


def numbers(login_id: int) -> list[int]:
    return [one.line.number for one in bindings_of(login_id)]


def test_a_login_asks_for_its_own_line_first_and_for_others_bound_to_it(login: int) -> None:
    bind_line(login, line_id(THEIRS), LATER, by="test")
    bind_line(login, line_id(MINE), LATER, by="test", own=True)
    assert numbers(login) == [MINE, THEIRS]
    assert own_login(line_id(MINE)) == login
    assert own_login(line_id(THEIRS)) is None


def test_a_line_bound_twice_is_bound_once(login: int) -> None:
    first = bind_line(login, line_id(MINE), LATER, by="test")
    assert bind_line(login, line_id(MINE), LATER + timedelta(days=1), by="test") == first


def test_what_is_unbound_stays_as_history_and_may_be_bound_again(login: int) -> None:
    bind_line(login, line_id(MINE), LATER, by="test")
    assert unbind_line(login, line_id(MINE), LATER, by="test")
    assert not unbind_line(login, line_id(MINE), LATER, by="test")
    assert numbers(login) == []
    bind_line(login, line_id(MINE), LATER, by="test")
    assert numbers(login) == [MINE]
    assert LineBinding.objects.filter(login_id=login).count() == 2


def test_a_number_with_a_new_holder_is_not_shown_to_the_old_login(login: int) -> None:
    bind_line(login, line_id(MINE), LATER, by="test", own=True)
    end_line(MINE, LATER)
    assert numbers(login) == []
    stranger = open_accounts([an_account("B1", (a_line(16907910009),))])[0]
    card = NewLine(number=MINE, since=int(LATER.timestamp()), role=LineRole.SECONDARY)
    again = add_line(stranger.groups[0].group_id, card)
    assert numbers(login) == []
    assert own_login(again.line_id) is None
    assert bindings_of_line(again.line_id) == ()


def test_a_card_that_moves_with_its_user_stays_with_its_logins(login: int) -> None:
    bind_line(login, line_id(MINE), LATER, by="test", own=True)
    old = line_id(MINE)
    new = move_line(
        MINE, open_group(lines_by_number([MINE])[MINE].account_id), LineRole.MAIN, LATER
    )
    assert numbers(login) == []
    carry_bindings(old, new.line_id, LATER)
    assert numbers(login) == [MINE]
    assert own_login(new.line_id) == login


def test_who_has_a_line_ends_what_others_may_ask(login: int) -> None:
    other = add_customer_login()
    for each in (login, other):
        bind_line(each, line_id(MINE), LATER, by="test")
    assert release_line(line_id(MINE), login, LATER, by="test") == 1
    assert [one.login_id for one in bindings_of_line(line_id(MINE))] == [login]


def test_a_line_that_ended_is_not_bound_and_a_login_has_only_so_many(login: int) -> None:
    gone = line_id(MINE)
    end_line(MINE, LATER)
    with pytest.raises(WanhaoError, match="not in use"):
        bind_line(login, gone, LATER, by="test")
    many = [a_line(16907930000 + each) for each in range(MOST_LINES + 1)]
    open_accounts([an_account("M1", *((line,) for line in many))])
    for line in many[:MOST_LINES]:
        bind_line(login, line_id(line.number), LATER, by="test")
    with pytest.raises(WanhaoError, match="at most"):
        bind_line(login, line_id(many[-1].number), LATER, by="test")


def test_the_database_keeps_one_own_login_of_a_line(login: int) -> None:
    bind_line(login, line_id(MINE), LATER, by="test", own=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        bind_line(add_customer_login(), line_id(MINE), LATER, by="test", own=True)
