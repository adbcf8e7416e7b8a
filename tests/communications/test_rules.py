"""The reminder rules: what they say, and mistakes named by file and entry."""

from pathlib import Path

import pytest

from tests.communications.crossings import NOW
from tests.metering.pages import listed, rows_of
from wanhao.communications.contracts import DecisionOutcome, DeliveryClass, Metric
from wanhao.communications.queries import rules, watched
from wanhao.communications.rules import RULES_FILE, read_rules
from wanhao.values.errors import WanhaoError


def test_what_warns_may_be_switched_off_and_what_costs_may_not() -> None:
    may = {rule.code for rule in rules() if rule.switchable}
    assert may == {
        "voice-80",
        "message-80",
        "data-50",
        "data-80",
        "balance-15",
        "credit-80",
        "low-use",
        "points-expiring",
        "queue-near",
    }


def test_what_the_law_demands_cannot_be_made_a_matter_of_taste() -> None:
    must = [rule for rule in rules() if not rule.switchable]
    assert all({"switchable", "enabled"} <= set(rule.fixed) for rule in must)


def test_what_costs_much_or_cuts_off_is_a_required_message() -> None:
    required = [rule.code for rule in rules() if rule.delivery_class is DeliveryClass.REQUIRED]
    assert required == [
        "data-100",
        "before-stop",
        "before-balance-stop",
        "before-credit-stop",
        "stopped",
        "before-two-way",
        "before-termination",
        "emergency",
        "lost",
        "keep-number",
        "abnormal-bill",
        "step-up",
        "data-stop",
        "auction-won",
    ]


def test_a_data_schedule_is_told_to_the_main_card_whatever_its_tier() -> None:
    told = [rule for rule in rules() if rule.metric in (Metric.STEP_UP, Metric.DATA_STOP)]
    assert {(rule.recipient, rule.threshold) for rule in told} == {("main", None)}


def test_money_is_told_to_who_pays() -> None:
    of_money = (Metric.BALANCE, Metric.CREDIT, Metric.STOP, Metric.BILL)
    assert {rule.recipient for rule in rules() if rule.metric in of_money} == {"payer"}


def test_the_meter_is_to_watch_every_threshold_of_the_rules(db: None) -> None:
    assert watched(NOW) == {
        Metric.VOICE: (80, 100),
        Metric.MESSAGE: (80, 100),
        Metric.DATA: (50, 80, *range(100, 3001, 100)),
        Metric.BALANCE: (500, 1500),
        Metric.CREDIT: (80, 100),
    }


def test_the_page_of_the_rules_says_what_the_file_says() -> None:
    assert [(row[0].strip("`"), *row[2:]) for row in rows_of("reminders.md", "rule")] == [
        (
            rule.code,
            rule.recipient,
            "yes" if rule.switchable else "no",
            rule.delivery_class.value,
            "yes" if rule.night else "no",
        )
        for rule in rules()
    ]


def test_every_outcome_of_a_decision_is_on_the_page() -> None:
    named = {row[0].strip("`") for row in rows_of("reminders.md", "outcome")}
    assert named == {outcome.value for outcome in DecisionOutcome}


def test_the_worked_numbers_fire_thresholds_the_rules_know() -> None:
    vectors = rows_of("usage-reminders.md", "metric")
    vectors += rows_of("money-reminders.md", "metric", 0) + rows_of(
        "money-reminders.md", "metric", 1
    )
    fired = {(row[0], int(one)) for row in vectors for one in listed(row[4])}
    known = {
        (rule.metric.value, threshold // (100 if rule.metric is Metric.BALANCE else 1))
        for rule in rules()
        if rule.metric.is_watched
        for threshold in rule.thresholds
    }
    assert fired <= known
    assert {rule.code for rule in rules() if rule.metric.is_watched} <= {
        f"{metric}-{threshold}" for metric, threshold in fired
    }


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("threshold = 80", "threshold = 0"), "threshold must be a whole number above 0"),
        (("threshold = 80", "threshold = 80.5"), "threshold must be a whole number above 0"),
        (("threshold = 80\n", ""), "threshold must be a whole number above 0"),
        (('metric = "step-up"', 'metric = "step-up"\nthreshold = 5'), "step-up has no threshold"),
        (('metric = "data-stop"', 'metric = "step-up"'), "step-up watches the same event"),
        (("threshold = 80", "threshold = 100"), "voice-100.*watches the same threshold|voice-100"),
        (('"voice-80"', '"voice-100"'), "its code is there twice"),
        (('metric = "voice"', 'metric = "fax"'), "'fax' is not a valid Metric"),
        (('"crosser"', '"neighbour"'), "recipient must be one of crosser, main"),
        (('"normal"', '"panic"'), "urgency must be one of normal, high"),
        (('"comfort"', '"maybe"'), "delivery_class must be one of comfort, required"),
        (("merge_seconds = 60", "merge_seconds = -1"), "merge_seconds must be a whole number"),
        (("valid_hours = 24", "valid_hours = 0"), "valid_hours must be a whole number from 1"),
        (("repeats_to = 3000", "repeats_to = 950"), "repeats_to must be a multiple of 100"),
        (("threshold = 50", "threshold = 300"), "data-50 watches the same threshold"),
        (("at = [20]", "at = [31]"), "at must list days of the month from 1 to 28"),
        (("at = [20]\n", ""), "at must list days of the month from 1 to 28"),
        (('"12-20"', '"12-32"'), "at must list days of the year"),
        (('metric = "fraud"', 'metric = "fraud"\nat = [5]'), "fraud is not looked at by the clock"),
        (("switchable = true", 'switchable = "true"'), "switchable must be true or false"),
        (("switchable = true", "colour = 1\nswitchable = true"), "colour"),
        (("[[rule]]", "[[rule"), "reminder_rules.toml"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, change: tuple[str, str], complaint: str) -> None:
    file = tmp_path / "reminder_rules.toml"
    file.write_text(RULES_FILE.read_text().replace(*change, 1))
    with pytest.raises(WanhaoError, match=complaint) as caught:
        read_rules(file)
    assert "reminder_rules.toml" in caught.value.message
    assert caught.value.remedy
