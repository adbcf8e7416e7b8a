"""Giving data through the menu: at which doors, with which words, once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.menu.examples import asker
from tests.usage.operators import settle
from tests.workflows.givers import GIVER, OTHER, RECEIVER, Givers, instant, texts_to
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.products.models import DataGift
from wanhao.usage import ports
from wanhao.usage.ports import OutOfReachError, provide_reader
from wanhao.usage.use_contracts import UseSoFar

pytestmark = pytest.mark.django_db(transaction=True)
NOON = instant("2026-12-05 12:00")
MASKED = "169****0001"


@pytest.fixture
def givers(tmp_path: Path) -> Iterator[Givers]:
    usual = ports.usage_reader()
    made = Givers(tmp_path)
    made.wait(NOON)
    yield made
    made.meter.stop()
    provide_reader(usual)


def online(number: int = GIVER, language: Language = Language.EN) -> Asker:
    """Signed in, and verified."""
    line = lines_by_number([number])[number]
    return asker(line, IdentityLevel.VERIFIED, Door.WEB, language)


def asked(who: Asker, to: object = RECEIVER, mb: object = 100) -> Reply:
    return ask(Question(item="gift_data", given={"to": str(to), "mb": mb}, asker=who), NOON)


def test_what_goes_to_whom_is_said_first_and_a_yes_gives_it_once(givers: Givers) -> None:
    reply = asked(online())
    assert reply.kind is ReplyKind.TO_CONFIRM
    assert reply.long == (
        f"100 MB of your plan's unused data go to {MASKED}, good until this month ends."
        " It cannot be taken back, nor given on."
    )
    assert not DataGift.objects.exists()
    first = confirm(online(), NOON, nonce=reply.nonce)
    again = confirm(online(), NOON + timedelta(minutes=1), nonce=reply.nonce)
    assert first == again
    assert first.long == f"You gave 100 MB to {MASKED}; your plan has as much less this month."
    assert first.data == {"to": MASKED, "mb": 100}
    settle(givers.meter)
    assert givers.data(GIVER)["left"] == 400
    assert len(texts_to(RECEIVER)) == 1


def test_by_message_the_code_stands_for_the_password(givers: Givers) -> None:
    line = lines_by_number([GIVER])[GIVER]
    sms = asker(line, door=Door.SMS, language=Language.ZH)
    reply = asked(sms)
    assert reply.code_needed
    assert reply.short == f"转赠100MB流量给{MASKED}，不能收回。"
    assert "4位数字" in confirm(sms, NOON).long
    done = confirm(sms, NOON, code=reply.code)
    assert done.long == f"您已转赠100MB流量给{MASKED}，您本月的套餐流量相应减少。"
    assert DataGift.objects.count() == 1


def test_online_one_must_be_verified_and_at_other_doors_it_is_not_had(givers: Givers) -> None:
    line = lines_by_number([GIVER])[GIVER]
    reply = asked(asker(line, door=Door.WEB))
    assert (reply.kind, reply.needs) == (ReplyKind.TO_STEP_UP, IdentityLevel.VERIFIED)
    for door in (Door.HOTLINE, Door.COUNTER, Door.ASSISTANT):
        reply = asked(asker(line, IdentityLevel.STRONG, door))
        assert reply.kind is ReplyKind.REFUSED


@pytest.mark.parametrize(
    ("number", "to", "mb", "zh", "en"),
    [
        (GIVER, RECEIVER, 481, "您的套餐内现在最多可转赠480MB。", "480 MB can be given now"),
        (GIVER, RECEIVER, 1001, "您本月最多还可转赠1000MB。", "You may give 1000 MB more"),
        (GIVER, OTHER, 1, "该号码不能接受流量转赠", "cannot be given data"),
        (GIVER, 16907999999, 1, "该号码不能接受流量转赠", "cannot be given data"),
        (OTHER, RECEIVER, 1, "只有个人定制套餐用户可以转赠流量。", "Only customers with a plan"),
        (GIVER, "1690791", 1, "转赠给应为11位手机号码。", "eleven digits"),
        (GIVER, RECEIVER, 0, "转赠流量（MB）至少为1。", "How much (MB): at least 1."),
        (GIVER, RECEIVER, 10_000, "转赠流量（MB）最多为9999。", "at most 9999"),
    ],
)
def test_what_cannot_be_given_is_refused_in_both_languages(
    givers: Givers, number: int, to: object, mb: int, zh: str, en: str
) -> None:
    for language, said in ((Language.ZH, zh), (Language.EN, en)):
        reply = asked(online(number, language), to, mb)
        assert reply.kind is ReplyKind.REFUSED
        assert said in reply.long
    assert not DataGift.objects.exists()


class Away:
    """A meter that is not there."""

    def use_of(self, group_id: int) -> UseSoFar | None:
        raise OutOfReachError("What the meter has counted cannot be read: it is not here.", "Start")

    def uses_of(self, group_ids: list[int]) -> dict[int, UseSoFar]:
        raise OutOfReachError("What the meter has counted cannot be read: it is not here.", "Start")


def test_without_the_meter_customers_are_asked_to_come_again(givers: Givers) -> None:
    provide_reader(Away())
    assert asked(online()).long == (
        "Your unused data cannot be looked up now; please try again in some minutes."
    )


def test_what_was_used_between_question_and_yes_is_refused_then(givers: Givers) -> None:
    reply = asked(online(), mb=480)
    givers.uses(GIVER, 1)
    refusal = confirm(online(), NOON, nonce=reply.nonce)
    assert (refusal.kind, refusal.long) == (
        ReplyKind.REFUSED,
        "Of your plan's data 479 MB can be given now.",
    )
    assert not DataGift.objects.exists()
    assert texts_to(RECEIVER) == []


def test_the_fourth_of_a_month_waits_for_the_next(givers: Givers) -> None:
    for _ in range(3):
        confirm(online(), NOON, nonce=asked(online(), mb=10).nonce)
    assert asked(online(), mb=10).long == (
        "You gave data 3 times this month; you can again next month."
    )


def test_on_the_last_evening_what_is_unused_rolls_over(givers: Givers) -> None:
    late = instant("2026-12-31 23:55")
    givers.wait(late)
    question = Question(
        item="gift_data",
        given={"to": str(RECEIVER), "mb": 1},
        asker=online(language=Language.ZH),
    )
    assert ask(question, late).long == "月末最后10分钟不能转赠流量，未用完的流量会结转至下月。"
