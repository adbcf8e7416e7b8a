"""The reminder rules: what they say, and mistakes named by file and entry."""

import re
from pathlib import Path

import pytest

from tests.communications.crossings import NOW
from wanhao.communications.contracts import DeliveryClass, Metric
from wanhao.communications.queries import rules, watched
from wanhao.communications.rules import RULES_FILE, read_rules
from wanhao.values.errors import WanhaoError

PAGE = Path(__file__).parents[2] / "docs" / "rules" / "reminders.md"


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
    }


def test_what_the_law_demands_cannot_be_made_a_matter_of_taste() -> None:
    must = [rule for rule in rules() if not rule.switchable]
    assert all({"switchable", "enabled"} <= set(rule.fixed) for rule in must)


def test_what_costs_much_or_cuts_off_is_a_required_message() -> None:
    required = [rule.code for rule in rules() if rule.delivery_class is DeliveryClass.REQUIRED]
    assert required == ["data-100", "before-stop", "abnormal-bill", "step-up", "data-stop"]


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
        Metric.DATA: (80, *range(100, 3001, 100)),
        Metric.BALANCE: (500, 1500),
        Metric.CREDIT: (80, 100),
    }


def test_the_page_of_the_rules_says_what_the_file_says() -> None:
    rows = re.findall(r"^\| `([a-z]+-\w+)` \| .* \| (yes|no) \| (\w+) \|$", PAGE.read_text(), re.M)
    assert rows == [
        (rule.code, "yes" if rule.switchable else "no", rule.delivery_class.value)
        for rule in rules()
    ]


def test_the_worked_numbers_fire_thresholds_the_rules_know() -> None:
    pattern = r"^\| (voice|message|data|balance) \| [^|]+ \| [^|]+ \| [^|]+ \| ([^|]+) \|$"
    vectors = re.findall(pattern, PAGE.read_text(), re.M)
    codes = {rule.code for rule in rules() if rule.metric.has_threshold}
    fired = {
        f"{metric}-{threshold}"
        for metric, thresholds in vectors
        for threshold in thresholds.split(", ")
        if threshold != "none"
    }
    assert fired == codes


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
        (('"comfort"', '"maybe"'), "'maybe' is not a valid DeliveryClass"),
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
