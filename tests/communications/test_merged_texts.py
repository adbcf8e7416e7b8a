"""Several reminders to one number as one text, until it is sent."""

from dataclasses import replace
from datetime import timedelta

from tests.communications.conftest import Town
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    step_up,
    voice_crossing,
)
from wanhao.billing.actions import open_balances, record_payment
from wanhao.communications.actions import (
    claim_for_sending,
    mark_accepted,
    release_due,
    set_opt_out,
)
from wanhao.communications.models import CommunicationMessage
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise, PromiseState
from wanhao.promises.queries import promises
from wanhao.values.sms_text import sms_parts


def rows() -> dict[str, tuple[str, str]]:
    """State and reason of each message, by its rule."""
    found = CommunicationMessage.objects.values_list("rule", "state", "error")
    return {rule: (state, error) for rule, state, error in found}


def test_one_text_says_all_of_it_in_one_part(town: Town) -> None:
    decide(voice_crossing(town.smith), balance_crossing(town.smith, 500, left=499))
    release_due(NOW)
    (message,) = claim_for_sending("sms", 10, NOW, sign_off="[W]")
    assert message.text == "only ¥4.99 left, top up now; 80 of 100 min used. Call 10000.[W]"
    assert sms_parts(message.text) == 1
    assert rows() == {"balance-5": ("submitting", ""), "voice-80": ("merged", "")}


def test_what_a_higher_one_says_is_not_said_twice(town: Town) -> None:
    decide(voice_crossing(town.smith), voice_crossing(town.smith, 100))
    release_due(NOW)
    (message,) = claim_for_sending("sms", 10, NOW, sign_off="")
    assert message.text.startswith("Your 100 min are used up")
    assert "80" not in message.text


def test_a_clause_that_is_not_true_any_more_is_left_out(town: Town) -> None:
    decide(voice_crossing(town.smith), balance_crossing(town.smith, 500, left=499))
    release_due(NOW)
    set_opt_out(town.smith.groups[0].lines[0].line_id, "voice-80", True, LATER)
    (message,) = claim_for_sending("sms", 10, LATER, sign_off="")
    assert "min used" not in message.text
    assert rows()["voice-80"] == ("withdrawn", "switched off")


def test_when_the_carrier_is_not_true_any_more_the_others_go_their_own_way(town: Town) -> None:
    open_balances([town.smith.account_id], NOW)
    decide(voice_crossing(town.smith), balance_crossing(town.smith, 500, left=499))
    release_due(NOW)
    record_payment(account_id=town.smith.account_id, amount_fen=5000, reference="p1", now=LATER)
    assert claim_for_sending("sms", 10, LATER) == []
    assert rows() == {"balance-5": ("withdrawn", "paid meanwhile"), "voice-80": ("planned", "")}

    release_due(LATER)
    (message,) = claim_for_sending("sms", 10, LATER)
    assert "80 of 100 min" in message.text


def test_what_comes_into_the_quiet_hours_waits_for_the_morning(town: Town) -> None:
    evening = NOW.replace(hour=13, minute=59)  # 21:59 in Nanchang
    decide(voice_crossing(town.smith), balance_crossing(town.smith), now=evening)
    CommunicationMessage.objects.update(release_at=evening)
    release_due(evening)
    assert claim_for_sending("sms", 10, evening + timedelta(minutes=1)) == []
    assert rows() == {"balance-15": ("planned", ""), "voice-80": ("planned", "")}

    morning = NOW.replace(day=23, hour=0)
    release_due(morning)
    assert len(claim_for_sending("sms", 10, morning)) == 1


def test_what_waits_for_a_merged_message_goes_on_with_its_carrier(town: Town) -> None:
    make([NewPromise(kind="test-stop", key="1", due_at=NOW, held=True)], NOW)
    first = data_crossing(town.smith)
    decide(first, replace(step_up(town.smith), holds=("test-stop", "1")))
    release_due(NOW)
    (message,) = claim_for_sending("sms", 10, NOW)
    mark_accepted(message.message_id, ["a1"], LATER)

    assert rows()["step-up"][0] == "merged"
    assert promises("test-stop", ["1"])["1"].state is PromiseState.OPEN
