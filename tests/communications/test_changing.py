"""Changed rules: from when they count, what is refused, what decisions keep, how to go back."""

import json
import threading
from datetime import datetime, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from tests.communications.conftest import Town
from tests.communications.crossings import NOW, data_crossing, decide, voice_crossing
from tests.metering.pages import rows_of
from wanhao.communications.actions import decide_reminders
from wanhao.communications.changing import (
    WATCH,
    change_rule,
    changes_waiting,
    history,
    revert_change,
    with_change,
)
from wanhao.communications.contracts import Metric
from wanhao.communications.in_force import Change, as_delivered, in_force, rules_at
from wanhao.communications.models import ReminderDecision
from wanhao.communications.queries import policy_in_force, rules_in_force, watched
from wanhao.communications.rendering import Figures, text_of
from wanhao.parties.contracts import Language
from wanhao.promises.queries import promises
from wanhao.values.errors import WanhaoError

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def change(code: str, *, after: timedelta | None = None, **values: object) -> int:
    """The change counts at once, or some time after now."""
    begins = None if after is None else NOW + after
    return change_rule(code, values, by="li", reason="as agreed", now=NOW, valid_from=begins)


def threshold(at: timedelta = timedelta(0), code: str = "voice-80") -> int | None:
    return rules_at(NOW + at).by_code[code].threshold


def test_without_a_change_the_files_count() -> None:
    assert rules_at(NOW) is as_delivered()
    assert {rule.version for rule in rules_in_force(NOW)} == {0}


def test_a_change_counts_from_its_time_and_says_where_a_value_comes_from() -> None:
    first = change("voice-80", threshold=70)
    second = change("voice-80", after=DAY, threshold=75)

    assert (threshold(), threshold(DAY)) == (70, 75)
    assert threshold(-DAY) == 80
    assert rules_at(NOW).by_code["voice-80"].version == first
    assert rules_at(NOW + DAY).by_code["voice-80"].version == second
    assert rules_at(NOW + DAY).by_code["voice-100"].version == 0
    assert watched(NOW)[Metric.VOICE] == (70, 100)
    assert [one.change_id for one in changes_waiting(NOW)] == [second]


def test_a_change_of_one_value_leaves_the_others_as_they_were_changed() -> None:
    change("data-80", threshold=85)
    change("data-80", merge_seconds=0, recipient="main")
    rule = rules_at(NOW).by_code["data-80"]
    assert (rule.threshold, rule.merge_seconds, rule.recipient) == (85, 0, "main")


def test_a_change_is_reverted_and_brought_back() -> None:
    first = change("voice-80", threshold=70)
    back = revert_change(first, by="wang", reason="too many", now=NOW)
    assert threshold() == 80
    assert history()[1].reverted_by == back
    again = revert_change(back, by="wang", reason="after all", now=NOW)
    assert threshold() == 70

    newest, middle, oldest = history("voice-80")
    assert [newest.change_id, middle.change_id, oldest.change_id] == [again, back, first]
    assert (middle.reverts, middle.reverted_by, oldest.reverted_by) == (first, again, None)
    assert (middle.by, middle.reason, middle.values) == ("wang", "too many", {})


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(-6, 6)), min_size=1, max_size=10
    )
)
def test_what_counts_is_what_no_counting_change_reverts(
    made: list[tuple[int, int, int]],
) -> None:
    """Changes (day, value, how many before is reverted) against the plain meaning of reverting."""
    changes = [
        Change(
            change_id=place,
            rule="voice-80",
            values={} if back > 0 else {"threshold": value + 1},
            valid_from=NOW + day * DAY,
            reverts=place - back if 0 < back < place else None,
        )
        for place, (day, value, back) in enumerate(made, start=1)
    ]

    def counts(one: Change, at: datetime) -> bool:
        undoing = [other for other in changes if other.reverts == one.change_id]
        return one.valid_from <= at and not any(counts(other, at) for other in undoing)

    for day in range(-1, 5):
        at = NOW + day * DAY
        wanted = [one for one in changes if one.reverts is None and counts(one, at)]
        wanted.sort(key=lambda one: (one.valid_from, one.change_id))
        assert in_force(changes, at) == wanted


def test_reverting_an_older_change_leaves_the_newer_one() -> None:
    older = change("voice-80", threshold=70)
    change("voice-80", merge_seconds=5)
    revert_change(older, by="li", reason="back", now=NOW)
    rule = rules_at(NOW).by_code["voice-80"]
    assert (rule.threshold, rule.merge_seconds) == (80, 5)


def test_a_reverting_may_begin_later_and_nothing_is_reverted_twice() -> None:
    made = change("voice-80", threshold=70)
    revert_change(made, by="li", reason="in a day", now=NOW, valid_from=NOW + DAY)
    assert (threshold(), threshold(DAY)) == (70, 80)
    with pytest.raises(WanhaoError, match="reverted already"):
        revert_change(made, by="li", reason="again", now=NOW)
    with pytest.raises(WanhaoError, match="There is no change 999999999"):
        revert_change(999999999, by="li", reason="what", now=NOW)


def test_a_revert_that_would_make_two_rules_the_same_is_refused() -> None:
    moved = change("data-50", threshold=60)
    change("data-80", threshold=50)
    with pytest.raises(WanhaoError, match="watches the same threshold"):
        revert_change(moved, by="li", reason="back", now=NOW)


def test_a_change_that_contradicts_one_made_for_later_is_refused() -> None:
    change("data-50", after=DAY, threshold=70)
    with pytest.raises(WanhaoError, match="watches the same threshold"):
        change("data-80", threshold=70)


def value_of(written: str) -> object:
    try:
        return json.loads(written)
    except ValueError:
        return written


@pytest.mark.parametrize("row", rows_of("changing-rules.md", "change"), ids=" ".join)
def test_what_the_page_says_is_refused_is_refused(row: tuple[str, str]) -> None:
    code, given = row[0].split(" ")
    name, _, value = given.partition("=")
    with pytest.raises(WanhaoError) as caught:
        change(code, **{name: value_of(value)})
    assert row[1] in str(caught.value)
    assert caught.value.remedy
    assert history() == ()


@pytest.mark.parametrize(("code", "table"), [("voice-80", 0), ("policy", 1)])
def test_the_page_names_every_value_that_can_be_changed(code: str, table: int) -> None:
    with pytest.raises(WanhaoError) as caught:
        change(code, metric="data")
    names = caught.value.remedy.removeprefix("What can be changed: ").rstrip(".").split(", ")
    rows = rows_of("changing-rules.md", "value", table)
    assert sorted(names) == sorted(row[0].strip("`") for row in rows)


@pytest.mark.parametrize(
    ("code", "values", "complaint"),
    [
        ("voice-81", {"threshold": 70}, "no reminder rule 'voice-81'"),
        ("voice-80", {}, "No value is given"),
        ("voice-80", {"metric": "data"}, "no value 'metric'"),
        ("voice-80", {"threshold": True}, "whole number above 0"),
        ("voice-80", {"at": [5]}, "voice is not looked at by the clock"),
        ("low-use", {"at": [30]}, "days of the month"),
        ("voice-80", {"title_zh": " "}, "title_zh must be a few words"),
        ("voice-80", {"texts": {"usual": {"zh": "您用了{colour}"}}}, "strange variable {colour}"),
        ("voice-80", {"texts": {"usual": {"fr": "Bonjour"}}}, "Nobody is written to in 'fr'"),
        ("voice-80", {"texts": {"rare": {"zh": "您好"}}}, "no text 'rare'"),
        ("before-stop", {"texts": {"usual": {"zh": "您欠费{owed}"}}}, "does not say {time}"),
        ("policy", {}, "No value is given"),
        ("policy", {"colour": 1}, "no value 'colour'"),
        ("policy", {"daily_cap": True}, "whole number from 1 to 100"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    code: str, values: dict[str, object], complaint: str
) -> None:
    with pytest.raises(WanhaoError) as caught:
        change(code, **values)
    assert complaint in caught.value.message


def test_a_change_needs_a_reason_and_no_time_in_the_past() -> None:
    with pytest.raises(WanhaoError, match="needs a reason"):
        change_rule("voice-80", {"threshold": 70}, by="li", reason=" ", now=NOW)
    with pytest.raises(WanhaoError, match="cannot count from the past"):
        change("voice-80", after=-DAY, threshold=70)


def test_a_changed_text_is_what_customers_read() -> None:
    said = Figures(metric="voice", threshold=80, used=80, allowed=100)
    change("voice-80", texts={"usual": {"zh": "您还剩{left}分钟。可拨10000。"}})
    texts = rules_at(NOW).texts
    assert text_of("voice-80", said, Language.ZH, "", texts) == "您还剩20分钟。可拨10000。"
    assert text_of("voice-80", said, Language.EN, "", texts).startswith("80 of 100 min used")


def test_the_contact_policy_is_changed_the_same_way() -> None:
    made = change("policy", after=DAY, quiet_from="21:30", daily_cap=3)
    assert policy_in_force(NOW).daily_cap == 5
    policy = policy_in_force(NOW + DAY)
    assert (policy.quiet_from, policy.quiet_until, policy.daily_cap) == ("21:30", "08:00", 3)
    assert policy.version == made


def test_a_decision_keeps_the_values_it_was_made_by(town: Town) -> None:
    made = change("voice-80", threshold=70)
    decide(voice_crossing(town.family, 70))
    decision = ReminderDecision.objects.get()
    assert decision.rule == "voice-80"
    assert (decision.rule_values["threshold"], decision.rule_values["version"]) == (70, made)


def test_what_was_counted_under_the_old_threshold_is_still_told(town: Town) -> None:
    change("voice-80", threshold=70)
    decide(voice_crossing(town.family, 80))
    assert ReminderDecision.objects.get().outcome == "told"
    decide(voice_crossing(town.family, 70))
    assert ReminderDecision.objects.count() == 1


def test_a_rule_that_is_not_in_use_decides_and_tells_nobody(town: Town) -> None:
    change("voice-80", enabled=False)
    assert watched(NOW)[Metric.VOICE] == (100,)
    decide(voice_crossing(town.family, 80))
    assert ReminderDecision.objects.get().outcome == "rule_off"


def test_further_hundreds_are_tiers_of_the_rule(town: Town) -> None:
    decide(*(data_crossing(town.family, percent) for percent in (100, 200, 300)))
    found = ReminderDecision.objects.order_by("id").values_list("rule", "tier")
    assert list(found) == [("data-100", 0), ("data-100", 2), ("data-100", 3)]


def test_the_meter_is_promised_to_hear_of_a_change_at_its_time() -> None:
    made = [change("voice-80", threshold=70), change("voice-80", after=DAY, threshold=75)]
    found = promises(WATCH, [f"change:{one}" for one in made])
    assert sorted(one.due_at for one in found.values()) == [NOW, NOW + DAY]


def test_trying_a_change_writes_nothing() -> None:
    assert with_change("voice-80", {"threshold": 70}, NOW).watched()[Metric.VOICE] == (70, 100)
    assert history() == ()


def test_many_crossings_read_the_rules_once(
    town: Town, django_assert_max_num_queries: object
) -> None:
    change("voice-80", threshold=70)
    rules_at(NOW)
    triggers = [voice_crossing(town.family, 70, episode=n) for n in range(300)]
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        decide_reminders(triggers, batch=1, now=NOW)


def test_a_change_is_never_erased_or_rewritten() -> None:
    change("voice-80", threshold=70)
    for statement in (
        "DELETE FROM wanhao_communications_rulechange",
        "UPDATE wanhao_communications_rulechange SET reason = 'other'",
    ):
        with (
            pytest.raises((IntegrityError, InternalError), match="only ever added to"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_of_two_that_change_to_the_same_at_once_one_is_refused() -> None:
    refused: list[WanhaoError] = []

    def changing(code: str) -> None:
        try:
            change(code, threshold=60)
        except WanhaoError as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=changing, args=(code,)) for code in ("data-50", "data-80")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [one.message.endswith("watches the same threshold.") for one in refused] == [True]
    assert len(history()) == 1
