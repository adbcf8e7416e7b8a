"""Who is told, who is not, and that nobody is told twice."""

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection, transaction

from tests.communications.conftest import Town
from tests.communications.crossings import (
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    step_up,
    voice_crossing,
)
from wanhao.communications import in_force
from wanhao.communications.actions import decide_reminders, set_opt_out
from wanhao.communications.changing import change_rule
from wanhao.communications.contracts import Metric, Trigger
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.communications.queries import messages_to
from wanhao.parties.models import Line
from wanhao.products.models import Product


def told_numbers() -> list[int]:
    return list(CommunicationMessage.objects.order_by("id").values_list("number", flat=True))


def outcome() -> str:
    return ReminderDecision.objects.get().outcome


def test_the_card_that_crossed_the_threshold_is_told(town: Town) -> None:
    assert decide(voice_crossing(town.family, line=1)) == 1
    assert told_numbers() == [16907920002]


def test_when_a_fact_alone_crossed_it_the_main_card_is_told(town: Town) -> None:
    decide(data_crossing(town.family, number=None))
    assert told_numbers() == [16907920001]


def test_when_the_number_is_no_longer_in_use_the_main_card_is_told(town: Town) -> None:
    Line.objects.filter(number=16907920002).update(until="2026-11-21T00:00:00Z")
    decide(voice_crossing(town.family, line=1))
    assert told_numbers() == [16907920001]


def test_the_balance_is_told_to_the_main_card_of_the_account(town: Town) -> None:
    decide(balance_crossing(town.family))
    assert told_numbers() == [16907920001]
    decision = ReminderDecision.objects.get()
    assert (decision.subject_kind, decision.subject_id) == ("account", town.family.account_id)


def test_a_decision_keeps_the_rule_values_and_the_crossing_it_used(town: Town) -> None:
    trigger = voice_crossing(town.family)
    decide(trigger)

    decision = ReminderDecision.objects.get()
    assert decision.rule_values["threshold"] == 80
    assert decision.rule_values["switchable"] is True
    assert decision.trigger["used"] == trigger.used
    assert (decision.outcome, decision.batch, decision.decided_at) == ("told", 1, NOW)


def test_the_outbox_holds_figures_and_no_text(town: Town) -> None:
    decide(voice_crossing(town.family))
    message = CommunicationMessage.objects.get()
    assert message.text == ""
    assert (message.figures["used"], message.figures["price_fen"]) == (80, 15)


def test_the_same_crossing_tells_once_and_a_new_episode_tells_again(town: Town) -> None:
    trigger = voice_crossing(town.family)
    assert decide(trigger, trigger) == 1
    assert decide(trigger) == 0
    assert decide(replace(trigger, number=16907920003, used=81)) == 0
    assert decide(replace(trigger, episode=5)) == 1
    assert decide(replace(trigger, cycle=202612)) == 1
    assert len(told_numbers()) == 3


def test_every_tier_of_an_automatic_upgrade_is_told_once(town: Town) -> None:
    first, second = step_up(town.family), step_up(town.family, 2, fee_fen=2000)
    assert decide(first, second, first) == 2
    assert decide(first, second) == 0
    assert decide(replace(first, cycle=202612)) == 1
    fees = CommunicationMessage.objects.order_by("id").values_list("figures__fee_fen", flat=True)
    assert list(fees) == [1000, 2000, 1000]
    tiers = ReminderDecision.objects.filter(cycle=202611).order_by("id")
    assert list(tiers.values_list("tier", flat=True)) == [1, 2]


def test_a_schedule_that_starts_anew_tells_its_tiers_again(town: Town) -> None:
    assert decide(step_up(town.family), step_up(town.family, episode=71)) == 2


def test_of_the_stop_of_data_the_main_card_is_told_even_without_a_plan(town: Town) -> None:
    Product.objects.update(until=NOW)
    stop = replace(step_up(town.family, 0), metric=Metric.DATA_STOP, number=16907920002)
    assert decide(stop, stop) == 1
    assert (outcome(), told_numbers()) == ("told", [16907920001])


def test_the_same_upgrade_reported_by_two_at_once_is_one_decision(town: Town) -> None:
    climbs = [step_up(town.family, tier) for tier in range(1, 7)]
    assert decide(*climbs, *reversed(climbs)) == 6


def test_messages_are_planned_in_the_order_of_the_crossings(town: Town) -> None:
    decide(voice_crossing(town.smith), voice_crossing(town.family), data_crossing(town.family))
    assert told_numbers() == [16907930001, 16907920001, 16907920001]


def test_group_and_account_with_the_same_id_are_two(town: Town) -> None:
    decide(voice_crossing(town.family), balance_crossing(town.family))
    assert ReminderDecision.objects.count() == 2


def test_who_switched_a_rule_off_is_not_told(town: Town) -> None:
    line = town.smith.groups[0].lines[0]
    set_opt_out(line.line_id, "voice-80", True, NOW)
    decide(voice_crossing(town.smith))

    assert outcome() == "opted_out"
    assert told_numbers() == []


def test_switching_off_one_rule_leaves_the_others_on(town: Town) -> None:
    line = town.smith.groups[0].lines[0]
    set_opt_out(line.line_id, "voice-80", True, NOW)
    decide(voice_crossing(town.smith, 100), data_crossing(town.smith, 80))
    assert told_numbers() == [16907930001, 16907930001]


def test_a_threshold_no_rule_speaks_of_is_decided_and_not_told(town: Town) -> None:
    decide(voice_crossing(town.family, 55))
    assert outcome() == "no_rule"
    assert ReminderDecision.objects.get().rule == "voice:55"


def test_an_event_no_rule_speaks_of_is_named_by_its_metric(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_force, "known_rules", tuple)
    in_force.as_delivered.cache_clear()
    decide(step_up(town.family))
    in_force.as_delivered.cache_clear()
    assert outcome() == "no_rule"
    assert ReminderDecision.objects.get().rule == "step-up"


def test_without_a_line_nobody_is_told(town: Town) -> None:
    decide(replace(data_crossing(town.family), group_id=999_999))
    assert outcome() == "no_line"
    assert ReminderDecision.objects.get().line_id is None


def test_without_a_plan_there_is_nothing_to_say_about_prices(town: Town) -> None:
    Product.objects.update(until=NOW)
    decide(voice_crossing(town.family))
    assert outcome() == "no_offering"


def test_a_batch_that_is_undone_leaves_no_decision(town: Town) -> None:
    with transaction.atomic():
        decide(voice_crossing(town.family))
        transaction.set_rollback(True)
    assert ReminderDecision.objects.count() == 0
    assert told_numbers() == []


def test_many_crossings_ask_the_database_as_often_as_one(
    town: Town, django_assert_max_num_queries: Callable[..., object]
) -> None:
    triggers = [voice_crossing(town.family, episode=n) for n in range(500)]
    triggers += [replace(balance_crossing(town.smith), episode=n) for n in range(500)]
    with django_assert_max_num_queries(16):
        assert decide(*triggers) == 1000


def test_two_transactions_deciding_the_same_tell_once(shared_town: Town) -> None:
    triggers = [voice_crossing(shared_town.family, episode=n) for n in range(400)]
    counts: list[int] = []

    def deciding(mine: list) -> None:
        try:
            counts.append(decide_reminders(mine, batch=1, now=NOW))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=deciding, args=(mine,)) for mine in (triggers, triggers[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sum(counts) == 400
    assert len(told_numbers()) == 400


@pytest.mark.parametrize(
    "rule", ["voice-100", "data-100", "balance-5", "step-up", "data-stop", "lottery"]
)
def test_what_must_be_told_cannot_be_switched_off(town: Town, rule: str) -> None:
    line = town.smith.groups[0].lines[0]
    with pytest.raises(Exception, match="no reminder that can be switched off"):
        set_opt_out(line.line_id, rule, True, NOW)


def test_switching_off_twice_and_on_again(town: Town) -> None:
    line = town.smith.groups[0].lines[0]
    for wish in (True, True, False):
        set_opt_out(line.line_id, "voice-80", wish, NOW)
    decide(voice_crossing(town.smith))
    assert outcome() == "told"


def test_a_reminder_whose_text_lacks_a_figure_is_told_in_plain_words(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    line = town.smith.groups[0].lines[0]
    stop = Trigger(
        metric=Metric.STOP,
        threshold=None,
        account_id=town.smith.account_id,
        group_id=None,
        number=None,
        cycle=202611,
        episode=0,
        said={"owed": 1234},
        occurred_at=int(NOW.timestamp()),
    )
    decide(stop)
    assert outcome() == "told"
    assert "before-stop" in caplog.text
    assert [one.text for one in messages_to([line.number], 1)[line.number]] == [
        "About to be stopped. Call 10000 for details."
    ]


def test_a_subject_may_be_a_line(town: Town) -> None:
    line = town.family.groups[0].lines[1]
    warning = Trigger(
        metric=Metric.FRAUD,
        threshold=None,
        account_id=line.account_id,
        group_id=line.group_id,
        line_id=line.line_id,
        number=None,
        cycle=202611,
        episode=7,
        said={"variant": "risk"},
        occurred_at=int(NOW.timestamp()),
    )
    assert decide(warning, warning) == 1
    decision = ReminderDecision.objects.get()
    assert (decision.subject_kind, decision.subject_id) == ("line", line.line_id)
    assert told_numbers() == [line.number]


def test_the_payer_is_told_even_of_another_group(town: Town) -> None:
    change_rule("voice-80", {"recipient": "payer"}, by="li", reason="try", now=NOW)
    decide(voice_crossing(town.family, line=1))
    assert told_numbers() == [16907920001]
