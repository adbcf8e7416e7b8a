"""Employees settle what customers dispute: in words, within their roles, with money back or not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.parties.examples import a_line, an_account
from tests.staff.examples import JIUJIANG, NANCHANG, employed
from wanhao.access.queries import reads_made
from wanhao.billing.queries import balances
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.usage.archive.holds import holds
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.disputes import (
    DisputeOutcome,
    DisputeReason,
    DisputeView,
    NewDispute,
    dispute_by_id,
    open_dispute,
)
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NUMBER, CHARGED_FEN = 16907910001, 1250
NOW = datetime.now(UTC)
RIGHT = {"outcome": "stands", "answer": "与网络记录一致"}
WRONG = {"outcome": "corrected", "answer": "重复计费，已退回", "refund": "12.50"}

pytestmark = pytest.mark.django_db


def a_record(charge_fen: int | None = CHARGED_FEN) -> UsageDetail:
    return UsageDetail(
        batch=1,
        files=("f1",),
        counted_at=NOW,
        source="msc-1",
        record_id="r-77",
        number=NUMBER,
        service="voice",
        zone="domestic",
        start=int((NOW - timedelta(hours=3)).timestamp()),
        quantity=1800,
        sign=1,
        charge_fen=charge_fen,
    )


def disputed(charge_fen: int | None = CHARGED_FEN) -> DisputeView:
    new = NewDispute(
        line_id=lines_by_number([NUMBER])[NUMBER].line_id,
        record=a_record(charge_fen),
        reason=DisputeReason.NOT_MINE,
        words="那天手机不在身边",
    )
    return open_dispute(new, NOW, by="login 1")


@pytest.fixture(autouse=True)
def _a_customer_of_nanchang(settings: Settings) -> None:
    settings.DEMO = True
    load_catalogue()
    account = an_account("A1", (a_line(NUMBER),))
    open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], NOW)


def page(client: Client, path: str) -> str:
    answer = client.get(path, headers={"accept-language": "zh-hans"})
    assert answer.status_code == 200
    return answer.content.decode()


def has() -> int:
    account_id = lines_by_number([NUMBER])[NUMBER].account_id
    return balances([account_id])[account_id]


def found(one: DisputeView) -> DisputeView:
    now = dispute_by_id(one.dispute_id)
    assert now is not None
    return now


def test_a_dispute_is_listed_masked_and_its_reading_is_recorded(client: Client) -> None:
    assert "目前没有异议" in page(client, "/disputes/")
    one = disputed()
    listed = page(client, "/disputes/")
    assert f'data-dispute="{one.dispute_id}"' in listed
    assert not reads_made()
    shown = page(client, f"/disputes/{one.dispute_id}/")
    for words in ("那天手机不在身边", "30分钟", "r-77", "¥12.50"):
        assert words in shown
    assert str(NUMBER) not in listed + shown
    assert [read.purpose for read in reads_made()] == [f"dispute {one.dispute_id}"]
    assert client.get("/disputes/999/").status_code == 404


def test_what_stands_is_answered_and_its_records_are_released(client: Client) -> None:
    one = disputed()
    before = has()
    for _ in range(2):
        answer = client.post(f"/disputes/{one.dispute_id}/settle/", RIGHT)
        assert answer["Location"].endswith("done=settled")
    assert holds() == []
    assert has() == before
    settled = found(one)
    assert (settled.outcome, settled.answer) == (DisputeOutcome.STANDS, "与网络记录一致")
    assert settled.settled_by == "demo"
    assert "核实无误" in page(client, "/disputes/")


def test_what_was_charged_wrongly_comes_back_once(client: Client) -> None:
    one = disputed()
    before = has()
    for _ in range(2):
        assert client.post(f"/disputes/{one.dispute_id}/settle/", WRONG).status_code == 302
    assert has() == before + CHARGED_FEN
    other = client.post(f"/disputes/{one.dispute_id}/settle/", RIGHT)
    assert other.status_code == 400
    assert found(one).outcome is DisputeOutcome.CORRECTED
    assert "已退款¥12.50" in page(client, f"/disputes/{one.dispute_id}/")


@pytest.mark.parametrize(
    ("charge_fen", "given", "said"),
    [
        (CHARGED_FEN, WRONG | {"refund": "12.51"}, "退费超过"),
        (None, WRONG | {"refund": "100.01"}, "退费超过"),
        (CHARGED_FEN, WRONG | {"refund": "many"}, "金额不正确"),
        (CHARGED_FEN, RIGHT | {"refund": "1"}, "核实无误的话单不退费"),
        (CHARGED_FEN, RIGHT | {"answer": " "}, "答复为空或过长"),
        (CHARGED_FEN, RIGHT | {"outcome": "maybe"}, "请选择核查结果"),
    ],
)
def test_what_cannot_be_settled_so_stays_open(
    client: Client, charge_fen: int | None, given: dict[str, str], said: str
) -> None:
    one = disputed(charge_fen)
    before = has()
    answer = client.post(
        f"/disputes/{one.dispute_id}/settle/", given, headers={"accept-language": "zh-hans"}
    )
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert found(one).closed_at is None
    assert len(holds()) == 1
    assert has() == before


def test_what_was_not_charged_singly_comes_back_up_to_a_hundred_yuan(client: Client) -> None:
    one = disputed(None)
    before = has()
    answer = client.post(f"/disputes/{one.dispute_id}/settle/", WRONG | {"refund": "100"})
    assert answer.status_code == 302
    assert has() == before + 10_000


@pytest.mark.parametrize(
    ("unit", "role", "sees", "answers", "gives"),
    [
        (NANCHANG, "duty-manager", 200, 302, 302),
        (NANCHANG, "clerk", 200, 302, 403),
        (NANCHANG, "engineer", 403, 403, 403),
        (JIUJIANG, "duty-manager", 403, 403, 403),
    ],
)
def test_roles_say_who_sees_answers_and_gives_back(
    client: Client, settings: Settings, unit: str, role: str, sees: int, answers: int, gives: int
) -> None:
    settings.DEMO = False
    one = disputed()
    client.force_login(employed("li.na", unit, role))
    place = f"/disputes/{one.dispute_id}/"
    listed = page(client, "/disputes/")
    assert (f'data-dispute="{one.dispute_id}"' in listed) is (sees == 200)
    assert client.get(place).status_code == sees
    assert client.post(place + "settle/", WRONG).status_code == gives
    if gives == 403:
        assert client.post(place + "settle/", RIGHT).status_code == answers
    assert (found(one).closed_at is None) is (answers == 403)


def test_nobody_who_is_not_signed_in_sees_disputes(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/disputes/").status_code == 302
