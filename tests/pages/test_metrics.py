"""What Prometheus reads: every figure is documented, and says what the pages say."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from pytest_django import DjangoAssertNumQueries, Settings

from tests.channels.payments.paying import an_account_that_pays
from tests.channels.sms.hall.hall_door import write
from tests.network.examples import several, some_lines
from tests.outlets.halls import HALL, MORNING, come, open_hall, serve_next
from tests.pages.operator import STRANGER, TALKER, SmallOperator
from tests.pages.owing import some_promises
from wanhao.access.models import Login
from wanhao.billing.contracts import Channel
from wanhao.billing.models import PaymentDifference, StatementRun
from wanhao.billing.order_contracts import NewNotice, NewOrder, Showing, Verdict
from wanhao.billing.orders.actions import note_notice, open_order
from wanhao.communications.actions import mark_accepted_many
from wanhao.network.actions import request_profiles
from wanhao.network.claiming import Returned, claim, put_back
from wanhao.network.contracts import Barring
from wanhao.pages.design import clock
from wanhao.values.cycle import SHANGHAI

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"
TOKEN = "read-me"
EXPLAINED = re.compile(r"^\| `(wanhao_\w+)` \|([^|]*)\|", re.MULTILINE)


@pytest.fixture(autouse=True)
def _given_a_token(settings: Settings) -> None:
    settings.DEMO, settings.METRICS_TOKEN = False, TOKEN


def read(client: Client, accept: str = "text/plain") -> list[Sample]:
    """Every figure, as Prometheus understands the answer."""
    headers = {"authorization": f"Bearer {TOKEN}", "accept": accept}
    response = client.get("/metrics", headers=headers)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.content.decode())
    return [sample for family in families for sample in family.samples]


def value(samples: list[Sample], name: str, **labels: str) -> float:
    (found,) = [one for one in samples if one.name == name and one.labels == labels]
    return found.value


def test_records_and_what_became_of_them(client: Client, operator: SmallOperator) -> None:
    operator.calls([1, 2, 3])
    operator.calls([1, 2, 3], kept=True)
    operator.calls([5], number=STRANGER)
    samples = read(client)
    assert value(samples, "wanhao_records_in_total") == 7
    outcomes = ("metered", "duplicate", "quarantined")
    assert [value(samples, "wanhao_records_total", outcome=one) for one in outcomes] == [3, 3, 1]
    assert value(samples, "wanhao_quarantine_records", reason="unknown-number") == 1
    assert value(samples, "wanhao_meter_up") == 1


def test_decisions_and_messages(client: Client, operator: SmallOperator) -> None:
    operator.calls([80])
    samples = read(client)
    assert value(samples, "wanhao_decisions_total", rule="voice-80", outcome="told") == 1
    assert value(samples, "wanhao_messages", state="planned") == 1
    operator.send()
    assert value(read(client), "wanhao_messages", state="submitting") == 1


def test_messages_under_way(client: Client, operator: SmallOperator) -> None:
    operator.calls([80])
    operator.send()
    operator.wait_for_the_morning()
    samples = read(client)
    assert value(samples, "wanhao_messages_held", waits="quiet") == 1
    assert value(samples, "wanhao_messages_late") == 0
    assert value(samples, "wanhao_messages_nowhere") == 0
    stages = {one.labels["stage"] for one in samples if one.name == "wanhao_message_stage_seconds"}
    assert stages == {"released", "claimed"}


@pytest.mark.django_db
def test_what_is_owed(client: Client) -> None:
    some_promises()
    samples = read(client)
    for state, kind in (("overdue", "call-back"), ("stuck", "call-back"), ("held", "stop-data")):
        assert value(samples, f"wanhao_promises_{state}", kind=kind) == 1
    assert 1 <= value(samples, "wanhao_promises_lateness_seconds", quantile="1") < 60


@pytest.mark.django_db
def test_what_is_not_known_has_no_sample(client: Client) -> None:
    names = {sample.name for sample in read(client)}
    assert "wanhao_meter_lag_seconds" not in names
    assert "wanhao_meter_up" in names


def test_what_customers_wrote_and_how_soon_they_were_answered(
    client: Client, operator: SmallOperator
) -> None:
    write(TALKER, "101", datetime.now(UTC))
    write(TALKER, "KTDCX5", datetime.now(UTC))
    write(TALKER, "你好", datetime.now(UTC))
    mark_accepted_many({key: [f"a{key}"] for key in operator.send()}, datetime.now(UTC))
    samples = read(client)
    for item, outcome in (("balance", "answered"), ("pack_open", "to_confirm"), ("", "help")):
        assert value(samples, "wanhao_sms_requests_total", item=item, outcome=outcome) == 1
    assert 0 < value(samples, "wanhao_sms_answer_seconds", quantile="0.99") < 60


def test_every_figure_is_documented_with_its_labels(
    client: Client, operator: SmallOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.calls([80])
    operator.calls([5], number=STRANGER)
    write(TALKER, "101", datetime.now(UTC))
    mark_accepted_many({key: [f"a{key}"] for key in operator.send()}, datetime.now(UTC))
    operator.wait_for_the_morning()
    some_promises()
    some_payments(datetime.now(UTC))
    told = read(client)
    open_hall()
    come()
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    told += read(client)
    explained = {
        name: {part.strip().split("`")[1] for part in labels.split(";") if "`" in part}
        for name, labels in EXPLAINED.findall(PAGE.read_text())
    }
    assert {sample.name: set(sample.labels) for sample in told} == explained


def test_no_figure_names_a_customer(client: Client, operator: SmallOperator) -> None:
    operator.calls([80])
    told = " ".join(f"{sample.name}{sample.labels}" for sample in read(client))
    assert str(TALKER) not in told


@pytest.mark.django_db
def test_openmetrics_is_spoken_to_whoever_asks(client: Client) -> None:
    wanted = "application/openmetrics-text; version=1.0.0"
    headers = {"authorization": f"Bearer {TOKEN}", "accept": wanted}
    answer = client.get("/metrics", headers=headers)
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")


@pytest.mark.django_db
class TestWhoMayRead:
    @pytest.mark.parametrize("given", ["", "Bearer wrong", "Basic read-me", TOKEN, "Bearer "])
    def test_nobody_without_the_token(self, client: Client, given: str) -> None:
        answer = client.get("/metrics", headers={"authorization": given})
        assert (answer.status_code, answer["WWW-Authenticate"][:6]) == (401, "Bearer")

    def test_an_empty_token_opens_nothing(self, client: Client, settings: Settings) -> None:
        settings.METRICS_TOKEN = ""
        for given in ("", "Bearer ", "Bearer"):
            assert client.get("/metrics", headers={"authorization": given}).status_code == 401

    def test_an_employee_may_and_a_customer_may_not(self, client: Client) -> None:
        client.force_login(Login.objects.create_user("customer"))
        assert client.get("/metrics").status_code == 401
        client.force_login(Login.objects.create_user("duty", kind="employee"))
        assert client.get("/metrics").status_code == 200

    def test_the_demo_is_open(self, client: Client, settings: Settings) -> None:
        settings.DEMO = True
        assert client.get("/metrics").status_code == 200


def test_profiles_the_network_has_yet_to_confirm(client: Client, db: None) -> None:
    idle = read(client)
    assert value(idle, "wanhao_network_waiting") == 0
    assert value(idle, "wanhao_network_oldest_seconds") == 0
    lines = some_lines(3)
    asked_at = datetime.now(UTC) - timedelta(minutes=5)
    request_profiles(several(lines, Barring.OUTGOING), asked_at)
    (taken,) = claim(1, asked_at)
    failed = Returned(
        line_id=taken.line_id, version=1, next_at=asked_at, attempts=1, error="no such subscriber"
    )
    put_back([failed])
    samples = read(client)
    assert value(samples, "wanhao_network_waiting") == 3
    assert value(samples, "wanhao_network_failing") == 1
    assert 300 <= value(samples, "wanhao_network_oldest_seconds") < 3_600


@pytest.mark.django_db
class TestPayments:
    def test_what_channels_said_in_a_day_and_what_waits_for_a_person(self, client: Client) -> None:
        some_payments(datetime.now(UTC))
        samples = read(client)
        assert value(samples, "wanhao_payment_calls", channel="wechat", verdict="forged") == 2
        assert value(samples, "wanhao_payment_calls", channel="wechat", verdict="put-aside") == 1
        assert value(samples, "wanhao_payment_differences", channel="wechat") == 1
        assert value(samples, "wanhao_payment_statement_age_days", channel="wechat") == 3
        assert value(samples, "wanhao_payment_orders_unanswered") == 1

    def test_of_an_installation_without_channels_nothing_is_said(self, client: Client) -> None:
        names = {sample.name for sample in read(client)}
        assert "wanhao_payment_calls" not in names
        assert "wanhao_payment_statement_age_days" not in names


@pytest.mark.django_db
def test_who_waits_in_a_hall(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    open_hall()
    come()
    come(MORNING + timedelta(minutes=5))
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(minutes=20))
    samples = read(client)
    assert value(samples, "wanhao_queue_waiting", hall=HALL) == 2
    assert value(samples, "wanhao_queue_oldest_seconds", hall=HALL) == 1200
    for _ in range(2):
        serve_next(MORNING + timedelta(minutes=10))
    samples = read(client)
    assert value(samples, "wanhao_queue_waiting", hall=HALL) == 0
    assert "wanhao_queue_oldest_seconds" not in {one.name for one in samples}


def some_payments(now: datetime) -> None:
    """An order nobody asked about, two forged calls of today and one of last week, a difference,
    and a statement of three days ago."""
    account = an_account_that_pays(16907919901)
    asked = NewOrder(
        reference="metrics",
        account_id=account,
        amount_fen=5_000,
        channel=Channel.WECHAT,
        showing=Showing.CODE,
        asked_by="login 1",
        door="web",
    )
    open_order(asked, now - timedelta(minutes=20))
    for at in (now, now, now - timedelta(days=7)):
        said = NewNotice(channel=Channel.WECHAT, body_hash="0" * 64, verdict=Verdict.FORGED)
        note_notice(said, at)
    aside = NewNotice(channel=Channel.WECHAT, body_hash="1" * 64, verdict=Verdict.PUT_ASIDE)
    note_notice(aside, now)
    PaymentDifference.objects.create(
        channel="wechat", kind="unknown-order", number="W1", theirs_fen=100, found_at=now
    )
    day = now.astimezone(SHANGHAI).date() - timedelta(days=3)
    StatementRun.objects.create(channel="wechat", day=day, done_at=now, rows=0, matched=0)


def test_a_reading_asks_the_database_a_fixed_number_of_times(
    client: Client, operator: SmallOperator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    operator.calls([80])
    with django_assert_num_queries(25):
        read(client)
