"""The table of docs/rules/changing-rules.md about previews holds."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.metering.pages import rows_of
from tests.parties.examples import a_line, an_account
from tests.usage.operators import drop, meter, row, settle
from wanhao.products.actions import load_catalogue
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.preview_rules import preview_rule
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

pytestmark = pytest.mark.django_db(transaction=True)
OPENED = datetime(2026, 10, 31, 17, tzinfo=UTC)
LATER = OPENED + timedelta(days=5)
FIRST = 16907910001


def test_what_a_change_would_have_told(tmp_path) -> None:
    rows = rows_of("changing-rules.md", "minutes used")
    load_catalogue()
    watch_thresholds(OPENED)
    numbers = range(FIRST, FIRST + len(rows))
    accounts = [an_account(f"A{number}", (a_line(number),)) for number in numbers]
    orders = [AccountOrder(account=one, offering_codes=("lexiang-4g-59",)) for one in accounts]
    open_accounts(orders, OPENED)
    made = meter(tmp_path, sink=TellCustomers(), clock=lambda: LATER)
    settle(made)
    start = int(OPENED.timestamp()) + 3600
    for file in range(4):
        calls = [
            row(1000 * number + n, number, quantity=60, start=start + 60 * n)
            for number, (used, *_) in zip(numbers, rows, strict=True)
            for n in range(file, int(used), 4)
        ]
        drop(tmp_path, f"{file}.csv", calls)
        settle(made)
    for values, column in (({}, 1), ({"threshold": 70}, 2), ({"threshold": 95}, 3)):
        found = preview_rule("voice-80", values, 202611, LATER)
        assert found.then_count == sum(line[column] == "yes" for line in rows)
        assert found.now_count == sum(line[1] == "yes" for line in rows)
        told = {
            f"169****{number % 10_000:04d}"
            for number, line in zip(numbers, rows, strict=True)
            if line[column] == "yes"
        }
        assert {sample.number for sample in found.samples} == told
    made.stop()
