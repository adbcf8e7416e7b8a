"""The tables of docs/rules/explaining.md hold."""

import pytest

from tests.metering.pages import rows_of
from tests.workflows.test_explain_reminders import Town, call
from wanhao.communications.contracts import Metric
from wanhao.communications.rules import known_rules
from wanhao.workflows.explain_reminders import why_nothing
from wanhao.workflows.explanation import Standing, Verdict

PAGE = "explaining.md"


def test_every_verdict_is_on_the_page() -> None:
    decided = {verdict for verdict, _ in rows_of(PAGE, "verdict")}
    nothing = {row[-1] for row in rows_of(PAGE, "rule")}
    assert decided | nothing == {verdict.value for verdict in Verdict}


@pytest.mark.parametrize("row", rows_of(PAGE, "rule"), ids=" ".join)
def test_why_a_rule_decided_nothing(row) -> None:
    code, account, used, allowed, switched_off, verdict = row
    (rule,) = [one for one in known_rules() if one.code == code]
    left = 5_000 if account == "prepaid" else None
    stands = {
        Metric.VOICE: Standing(metric=Metric.VOICE, used=int(used), allowed=int(allowed)),
        Metric.BALANCE: Standing(metric=Metric.BALANCE, left_fen=left),
    }
    if account == "credit limit":
        stands[Metric.CREDIT] = Standing(metric=Metric.CREDIT, left_fen=5_000, credit_fen=10_000)
    assert why_nothing(rule, stands.get(rule.metric), switched_off == "yes") == verdict


@pytest.mark.django_db(transaction=True)
def test_the_records_behind_a_decision(tmp_path) -> None:
    town = Town(tmp_path)
    rows = rows_of(PAGE, "file")
    for file in sorted({row[0] for row in rows}):
        calls = [row for row in rows if row[0] == file]
        town.uses(*(call(row[1], int(row[3]), at=int(row[2][3:])) for row in calls))
    (one,) = town.rule("voice-80").decided
    said = {record.record_id: "before" for record in one.evidence.before}
    said[one.evidence.crossing.record_id] = "the one that crossed"
    assert {row[1]: row[4] for row in rows} == {row[1]: said.get(row[1], "no") for row in rows}
    town.meter.stop()
