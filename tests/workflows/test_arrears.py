"""The page about what follows a stop, held against the code row by row."""

from dataclasses import replace
from datetime import datetime

import pytest

from tests.metering.pages import listed, rows_of
from tests.parties.examples import a_line, an_account
from tests.workflows.debtors import (
    accept_messages,
    at,
    barring_of,
    billed,
    clock,
    fen,
    keep_until,
    messages_of,
    opened,
)
from wanhao.billing.queries import balances
from wanhao.billing.stop_contracts import ServiceState
from wanhao.billing.stops import live_stops, stop_history
from wanhao.network.contracts import Barring
from wanhao.parties.queries import lines_by_number, lines_of_accounts
from wanhao.promises.contracts import PromiseState
from wanhao.promises.queries import waiting
from wanhao.values.errors import WanhaoError
from wanhao.workflows.add_card import add_card
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "arrears.md"
NUMBER = 16907910001
LAST, STOPPED = at("2026-11-26 08:00"), at("2026-11-26 09:00")
TOLD = {"two-way": at("2026-11-27 09:00"), "terminated": at("2027-01-25 09:00")}
FIRST_OF_THE_END = at("2027-01-19 09:00")
LONG_AFTER = at("2027-02-20 12:00")


def owing() -> int:
    """An account stopped one way for the 59.00 of October."""
    account = opened(NUMBER)
    billed(account, 5900)
    keep_until(LAST)
    accept_messages(LAST)
    keep_until(STOPPED)
    assert state_of(account) is ServiceState.ONE_WAY
    return account


def state_of(account: int) -> ServiceState:
    stop = live_stops([account]).get(account)
    return ServiceState.ACTIVE if stop is None else stop.state


def pass_time(until: datetime, accepted: dict[str, str]) -> None:
    """Keep what is promised, each announcement accepted when the page says."""
    moments = [
        TOLD[step] if when == "at once" else at(when)
        for step, when in accepted.items()
        if when != "never"
    ]
    if accepted["two-way"] == "never":
        moments = []
    for moment in sorted([*moments, FIRST_OF_THE_END] if moments else []):
        if moment <= until:
            keep_until(moment)
            accept_messages(moment)
    keep_until(until)


@pytest.mark.parametrize("row", rows_of(PAGE, "accepted"), ids=" ".join)
def test_each_step_waits_for_its_announcement_and_for_the_day(row: tuple[str, ...]) -> None:
    accepted, two_way, terminated = row
    account = owing()
    pass_time(LONG_AFTER, dict(zip(TOLD, listed(accepted), strict=True)))
    (stop,) = stop_history(account)
    assert (clock(stop.two_way_at), clock(stop.terminated_at)) == (two_way, terminated)


@pytest.mark.parametrize("row", rows_of(PAGE, "paid"), ids=" ".join)
def test_what_is_paid_on_the_way_brings_service_back(row: tuple[str, ...]) -> None:
    paid, before, after = row
    amount, when = paid.split(" on ")
    account = opened(NUMBER)
    billed(account, 5900)
    keep_until(LAST)
    accept_messages(LAST)
    pass_time(at(when), dict.fromkeys(TOLD, "at once"))
    assert state_of(account) == before
    take_payment(account, fen(amount), "P", at(when))
    assert state_of(account) == after
    if after == "active":
        assert waiting(PromiseState.HELD) == {}
        pass_time(LONG_AFTER, dict.fromkeys(TOLD, "at once"))
        assert state_of(account) == after
        assert barring_of(NUMBER) in (None, Barring.NONE)


def test_the_network_is_told_with_every_step() -> None:
    account = owing()
    found = [barring_of(NUMBER)]
    for moment in (at("2026-11-28 09:00"), at("2027-01-26 09:00")):
        pass_time(moment, dict.fromkeys(TOLD, "at once"))
        found.append(barring_of(NUMBER))
    assert found == [Barring.OUTGOING, Barring.ALL, Barring.REMOVED]
    assert lines_of_accounts([account]) == []
    assert balances([account])[account] == -5900


def test_what_was_said_names_the_debt_and_the_hour() -> None:
    owing()
    accept_messages(STOPPED)
    pass_time(at("2026-11-28 09:00"), dict.fromkeys(TOLD, "at once"))
    accept_messages(at("2026-11-28 09:00"))
    pass_time(at("2027-01-26 09:00"), dict.fromkeys(TOLD, "at once"))
    said = {rule: [m.text for m in messages_of(rule)] for rule in ("stopped", "before-two-way")}
    assert ["59" in text and "110" in text for text in said["stopped"]] == [True, True]
    assert ["28日" in text for text in said["before-two-way"]] == [True]
    assert ["26日" in text for text in [m.text for m in messages_of("before-termination")]] == [
        True,
        True,
    ]


@pytest.mark.parametrize("row", rows_of(PAGE, "opened"), ids=" ".join)
def test_a_number_that_was_taken_is_frozen(row: tuple[str, ...]) -> None:
    owing()
    pass_time(at("2027-01-26 09:00"), dict.fromkeys(TOLD, "at once"))
    when, goes = row
    line = replace(a_line(NUMBER), since=int(at(when).timestamp()))
    order = AccountOrder(account=an_account("B", (line,)), offering_codes=("lexiang-4g-59",))
    if goes == "yes":
        open_accounts([order], at(when))
        assert NUMBER in lines_by_number([NUMBER])
    else:
        with pytest.raises(WanhaoError, match="kept back until 2027-04-26"):
            open_accounts([order], at(when))


def test_a_frozen_number_becomes_nobodys_secondary_card() -> None:
    owing()
    pass_time(at("2027-01-26 09:00"), dict.fromkeys(TOLD, "at once"))
    opened(NUMBER + 1)
    group = lines_by_number([NUMBER + 1])[NUMBER + 1].group_id
    with pytest.raises(WanhaoError, match="kept back until 2027-04-26"):
        add_card(group, NUMBER, at("2027-02-01 10:00"))
    assert add_card(group, NUMBER, at("2027-04-26 09:00")).number == NUMBER
