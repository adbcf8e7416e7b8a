"""Terminals: registered once, by one browser, and known by nothing but its secret."""

from datetime import timedelta

import pytest

from tests.outlets.halls import HALL, MORNING, open_hall, open_lines
from wanhao.outlets.models import Terminal
from wanhao.outlets.terminal_contracts import REGISTER_WITHIN, NewReceipt
from wanhao.outlets.terminals import (
    add_terminal,
    devices_key,
    new_code,
    receipts,
    register_terminal,
    remove_terminal,
    terminal_of,
    terminal_of_code,
    terminals,
    write_receipt,
)
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def hall() -> None:
    open_hall()


class TestRegistering:
    def test_a_code_makes_one_browser_a_terminal_once(self) -> None:
        added, code = add_terminal(HALL, "01", MORNING)
        assert terminal_of_code(code, MORNING) == added
        secret = register_terminal(code, MORNING)
        assert secret is not None
        known = terminal_of(secret)
        assert known is not None
        assert (known.hall, known.name, known.registered_at) == (HALL, "01", MORNING)
        assert register_terminal(code, MORNING) is None
        assert terminal_of_code(code, MORNING) is None

    def test_a_code_is_good_for_a_day(self) -> None:
        _, code = add_terminal(HALL, "01", MORNING)
        assert register_terminal(code, MORNING + REGISTER_WITHIN) is None
        assert register_terminal(code, MORNING + REGISTER_WITHIN - timedelta(seconds=1))

    def test_another_browser_takes_the_place_of_the_first_when_it_is_registered(self) -> None:
        added, code = add_terminal(HALL, "01", MORNING)
        first = register_terminal(code, MORNING)
        again = new_code(added.terminal_id, MORNING)
        assert first is not None
        assert terminal_of(first) is not None
        second = register_terminal(again, MORNING)
        assert second is not None
        assert terminal_of(first) is None
        assert terminal_of(second) is not None

    def test_what_was_taken_away_is_known_no_more_and_its_name_is_free(self) -> None:
        added, code = add_terminal(HALL, "01", MORNING)
        secret = register_terminal(code, MORNING)
        remove_terminal(added.terminal_id, MORNING)
        assert secret is not None
        assert terminal_of(secret) is None
        assert terminals(HALL) == ()
        add_terminal(HALL, "01", MORNING)
        with pytest.raises(WanhaoError, match="no terminal"):
            remove_terminal(added.terminal_id, MORNING)

    def test_no_secret_is_kept_and_no_empty_one_is_known(self) -> None:
        _, code = add_terminal(HALL, "01", MORNING)
        secret = register_terminal(code, MORNING)
        kept = str(Terminal.objects.values().get())
        assert secret is not None
        assert secret not in kept
        assert code not in kept
        assert terminal_of("") is None

    def test_names_are_given_once_in_a_hall_that_is_there(self) -> None:
        add_terminal(HALL, "01", MORNING)
        with pytest.raises(WanhaoError, match="has a terminal"):
            add_terminal(HALL, " 01 ", MORNING)
        with pytest.raises(WanhaoError, match="no hall"):
            add_terminal("H9", "01", MORNING)

    @pytest.mark.parametrize("url", ["http://10.0.0.5:8800", "ftp://127.0.0.1", "https://", "card"])
    def test_what_is_on_cards_never_travels_in_the_clear(self, url: str) -> None:
        with pytest.raises(WanhaoError, match="no address"):
            add_terminal(HALL, "01", MORNING, devices_url=url)

    def test_each_terminal_has_a_devices_key_of_its_own(self) -> None:
        assert devices_key(1) != devices_key(2)
        assert devices_key(1) == devices_key(1)


class TestReceipts:
    def test_numbers_have_no_gaps_and_what_is_done_once_has_one(self) -> None:
        added, _ = add_terminal(HALL, "01", MORNING)
        (line_id,) = open_lines(1)
        place = f"{HALL}-T{added.terminal_id}-20261123"

        def number(reference: str, **more: int) -> str:
            new = NewReceipt(reference=reference, item="pack_open", line_id=line_id, **more)
            return write_receipt(added.terminal_id, new, MORNING).number

        assert number("a") == f"{place}-0001"
        assert number("b", amount_fen=5000) == f"{place}-0002"
        assert number("a") == f"{place}-0001"
        tomorrow = MORNING + timedelta(days=1)
        new = NewReceipt(reference="c", item="topup")
        assert write_receipt(added.terminal_id, new, tomorrow).number.endswith("20261124-0001")
        assert [one.amount_fen for one in receipts(added.terminal_id, 10)] == [None, 5000, None]
