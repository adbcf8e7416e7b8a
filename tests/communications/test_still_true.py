"""What happened between the decision and the sending: payments, packs, other reminders."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.communications.conftest import Town
from tests.communications.crossings import (
    MB,
    MERGING,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    step_up,
    voice_crossing,
)
from wanhao.billing.actions import open_balances, record_payment
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.contracts import Trigger
from wanhao.communications.models import CommunicationMessage
from wanhao.parties.models import Line
from wanhao.products.actions import hold_offering

Crossing = Callable[..., Trigger]

SOON = NOW + timedelta(seconds=10)
THEN = NOW + timedelta(seconds=20)
DUE = NOW + MERGING


def rows() -> dict[str, tuple[str, str]]:
    return {row.rule: (row.state, row.error) for row in CommunicationMessage.objects.all()}


def paid(town: Town, fen: int) -> None:
    open_balances([town.smith.account_id], NOW)
    record_payment(account_id=town.smith.account_id, amount_fen=fen, reference="p1", now=SOON)


def sent_alone(*triggers: Trigger) -> None:
    """Decided, released and taken by the network before what waits was due: another worker had
    that in hand."""
    waiting = list(
        CommunicationMessage.objects.filter(state="planned").values_list("id", flat=True)
    )
    CommunicationMessage.objects.filter(id__in=waiting).update(waits="quiet")
    decide(*triggers, now=SOON)
    release_due(SOON)
    for message in claim_for_sending("sms", 10, SOON):
        mark_accepted(message.message_id, ["1"], SOON)


def test_what_was_paid_before_a_reminder_is_in_its_balance_already(town: Town) -> None:
    """14.99 are left; 20 are paid and used up: then 4.99 are left, and no more was paid."""
    decide(balance_crossing(town.smith))
    paid(town, 2000)
    decide(balance_crossing(town.smith, 500, left=499), now=THEN)
    release_due(THEN)
    assert rows()["balance-5"] == ("released", "")


def test_a_number_that_is_somebody_elses_by_now_is_not_told_of_other_peoples_use(
    town: Town,
) -> None:
    """A late call of the number's former owner brings the family to 80 %."""
    second = town.family.groups[0].lines[1].line_id
    Line.objects.filter(id=second).update(until=NOW)
    Line.objects.filter(id=town.smith.groups[0].lines[0].line_id).update(number=16907920002)
    decide(voice_crossing(town.family, line=1))
    assert CommunicationMessage.objects.get().number == 16907920001


def test_data_bought_before_a_reminder_is_in_its_allowance_already(town: Town) -> None:
    """80 % of 200 MB; 100 MB are bought and used, too: then nothing is left, and no more came."""
    group = town.smith.groups[0].group_id
    decide(data_crossing(town.smith, 80))
    hold_offering([group], "data-pack-10", SOON)
    decide(replace(data_crossing(town.smith), used=350 * MB, allowed=350 * MB), now=THEN)
    release_due(THEN)
    assert rows()["data-100"] == ("released", "")


@pytest.mark.parametrize(
    ("weaker", "stronger", "rule"),
    [
        (voice_crossing, partial(voice_crossing, threshold=100), "voice-80"),
        (partial(data_crossing, threshold=50), data_crossing, "data-50"),
        (balance_crossing, partial(balance_crossing, threshold=500, left=499), "balance-15"),
    ],
)
def test_a_weaker_reminder_that_still_waits_is_not_sent_after_a_stronger_one(
    town: Town, weaker: Crossing, stronger: Crossing, rule: str
) -> None:
    decide(weaker(town.smith))
    sent_alone(stronger(town.smith))
    release_due(DUE)
    assert rows()[rule] == ("withdrawn", "more was told since")


def test_a_weaker_reminder_goes_when_the_stronger_one_told_nobody(town: Town) -> None:
    """4.99 are left, 0.50 are paid before anything was sent: 5.49 are less than 15 still."""
    decide(balance_crossing(town.smith, left=1400))
    decide(balance_crossing(town.smith, 500, left=499), now=SOON)
    open_balances([town.smith.account_id], NOW)
    record_payment(account_id=town.smith.account_id, amount_fen=50, reference="p1", now=THEN)
    release_due(DUE)
    assert rows() == {"balance-5": ("withdrawn", "paid meanwhile"), "balance-15": ("released", "")}


def test_a_later_reminder_of_a_weaker_kind_goes_after_a_stronger_one(town: Town) -> None:
    """All was used; a pack made it less; 80 % of all that is reached anew."""
    sent_alone(voice_crossing(town.smith, 100))
    decide(voice_crossing(town.smith, episode=1), now=THEN)
    release_due(THEN + MERGING)
    assert rows()["voice-80"] == ("released", "")


def test_what_another_says_of_another_group_or_service_takes_nothing_away(town: Town) -> None:
    decide(voice_crossing(town.smith), voice_crossing(town.family))
    sent_alone(voice_crossing(town.family, 100), data_crossing(town.smith))
    release_due(DUE)
    voice = CommunicationMessage.objects.filter(rule="voice-80").order_by("number")
    assert [row.state for row in voice] == ["withdrawn", "released"]


def test_what_is_merged_stays_with_its_carrier(town: Town) -> None:
    decide(voice_crossing(town.smith), voice_crossing(town.smith, 100))
    release_due(NOW)
    assert len(claim_for_sending("sms", 10, SOON)) == 1
    assert rows() == {"voice-100": ("submitting", ""), "voice-80": ("merged", "")}


LAST_EVENING = NOW.replace(day=30, hour=15, minute=59)
"""23:59 of 30 November in Nanchang."""
FIRST_MORNING = LAST_EVENING + timedelta(minutes=6)


@pytest.mark.parametrize(
    ("crossed", "language", "said"),
    [
        (step_up, "zh", "您11月流量已自动升档，当月升档费为¥10.00，不含套餐费，次月已恢复。"),
        (step_up, "en", "Data upgrade in Nov: ¥10.00, that month only."),
        (data_crossing, "zh", "您11月流量已用200MB，套餐外部分按"),
        (data_crossing, "en", "Nov: 200MB used, beyond the plan "),
    ],
)
@pytest.mark.parametrize("decided", [LAST_EVENING, FIRST_MORNING])
def test_what_must_be_told_of_a_month_is_told_in_the_next_and_names_the_month(
    town: Town, crossed: Crossing, language: str, said: str, decided: datetime
) -> None:
    """Reached a minute before midnight, and sent, or even read by the meter, after it."""
    Line.objects.update(language=language)
    decide(crossed(town.smith), now=decided)
    release_due(FIRST_MORNING)
    (sent,) = claim_for_sending("sms", 10, FIRST_MORNING)
    assert sent.text.startswith(said)


def test_of_a_month_that_is_over_several_are_told_in_one_text(town: Town) -> None:
    Line.objects.update(language="zh")
    decide(step_up(town.smith), data_crossing(town.smith), now=LAST_EVENING)
    release_due(FIRST_MORNING)
    texts = [message.text for message in claim_for_sending("sms", 10, FIRST_MORNING)]
    assert all("11月" in text and "本月" not in text for text in texts)
    assert "升档费" in "".join(texts)
    assert "套餐外" in "".join(texts)


def test_before_midnight_it_is_this_month(town: Town) -> None:
    Line.objects.update(language="zh")
    decide(step_up(town.smith), now=LAST_EVENING)
    release_due(LAST_EVENING)
    (sent,) = claim_for_sending("sms", 10, LAST_EVENING)
    assert "本月升档费现为¥10.00" in sent.text


def test_what_may_be_left_out_is_not_told_in_the_next_month(town: Town) -> None:
    decide(replace(data_crossing(town.smith, 80)), now=LAST_EVENING)
    release_due(FIRST_MORNING)
    assert rows()["data-80"] == ("withdrawn", "the month is over")
