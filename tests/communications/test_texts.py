"""What customers read: polite, true, and short enough for one SMS."""

from pathlib import Path

import pytest

from tests.metering.pages import rows_of
from wanhao.communications import figures
from wanhao.communications.checking import check_texts, longest
from wanhao.communications.contracts import Metric, ReminderRule, Trigger
from wanhao.communications.deciding import figures_of
from wanhao.communications.in_force import as_delivered
from wanhao.communications.queries import rules
from wanhao.communications.rendering import (
    TEXTS_FILE,
    Figures,
    clause_of,
    merged_text,
    read_texts,
    text_of,
)
from wanhao.communications.words import OF_SERVICES
from wanhao.parties.contracts import Language
from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import DataSchedule, Mode, Offering, TariffTerms
from wanhao.values.errors import WanhaoError

MB, GB = 1024**2, 1024**3
SIGN_OFF = "【万号】"
# With three services or two dates there is too much to say for one SMS in English.
IN_TWO = (("low-use", Language.EN), ("planned-works", Language.EN))


def said(rule: ReminderRule, plan: Offering) -> list[Figures]:
    """What the rule would say to a customer of the plan, right at the threshold and far beyond."""
    threshold = rule.threshold or 0
    if rule.metric is Metric.BALANCE:
        lefts = (threshold - 1, 0, -1, -123_456)
        return [Figures(metric="balance", threshold=threshold, left_fen=left) for left in lefts]
    if rule.metric in (Metric.STEP_UP, Metric.DATA_STOP):
        return said_of_schedule(rule, plan.schedule) if plan.schedule else []
    if rule.metric not in OF_SERVICES:
        return [longest(rule, "usual")]
    allowed = {
        Metric.VOICE: plan.voice_minutes,
        Metric.MESSAGE: plan.messages,
        Metric.DATA: plan.data_mb * MB,
    }[rule.metric]
    if not allowed and threshold < 100:
        return []
    at = max(allowed * threshold // 100, 1)
    reached = [(threshold, at), (threshold, at * 3 // 2)]
    reached += [(p, allowed * p // 100) for p in rule.thresholds[1:] if allowed]
    return [of_usage(rule.metric, percent, used, allowed, plan) for percent, used in reached]


def of_usage(metric: Metric, percent: int, used: int, allowed: int, plan: Offering) -> Figures:
    """What is said when that much was used under the plan and its data schedule."""
    trigger = Trigger(
        metric=metric,
        threshold=percent,
        account_id=1,
        group_id=1,
        number=None,
        cycle=202611,
        episode=0,
        used=used,
        allowed=allowed,
        tier=percent // 100 if percent > 100 else 0,
        occurred_at=0,
    )
    tariff = plan.prices and TariffTerms(
        number=1, voice_unit_seconds=60, prices=plan.prices, schedule=plan.schedule
    )
    return figures_of(trigger, plan, tariff)


def said_of_schedule(rule: ReminderRule, schedule: DataSchedule) -> list[Figures]:
    """What a schedule brings to say, up to its limits."""
    stop = schedule.stop_mb
    fees = [tier.fee_fen for tier in schedule.tiers]
    if schedule.mode is Mode.STACK:
        fees.append(fees[0] * -(-(stop or 50 * 1024) // schedule.tiers[0].quota_mb))
    if schedule.cap_fen:
        fees = [min(fee, schedule.cap_fen) for fee in fees]
    if rule.metric is Metric.DATA_STOP and stop:
        return [
            Figures(metric="data-stop", threshold=None, used=used, fee_fen=fee)
            for used in (stop * MB, stop * MB + GB * 9 // 10)
            for fee in (fees[-1], 2 * fees[-1])  # stopped again, after the customer went on
        ]
    if rule.metric is Metric.STEP_UP and schedule.announces:
        return [Figures(metric="step-up", threshold=None, fee_fen=fee) for fee in fees]
    return []


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_every_text_fits_one_sms_for_every_plan_on_sale(
    rule: ReminderRule, language: Language
) -> None:
    all_said = [one for plan in read_catalogue() for one in said(rule, plan)]
    assert all_said
    for figures_said in all_said:
        text = text_of(rule.code, figures_said, language, SIGN_OFF)
        assert len(text) <= 70 or (rule.code, language) in IN_TWO, text
        assert text.endswith(SIGN_OFF)
        assert "!" not in text
        assert "！" not in text
        assert "{" not in text


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_chinese_texts_say_nin_and_what_to_do(rule: ReminderRule) -> None:
    for plan in read_catalogue():
        for figures_said in said(rule, plan):
            text = text_of(rule.code, figures_said, Language.ZH, "")
            assert text.startswith("您")
            assert any(way in text for way in ("拨10000", "拨96110", "充值", "到10001"))


def test_used_up_names_the_price_that_applies_from_now_on() -> None:
    gone = Figures(metric="data", threshold=100, used=501 * MB, allowed=500 * MB, price_fen=30)
    assert text_of("data-100", gone, Language.ZH, SIGN_OFF) == (
        "您本月流量500MB已用完，继续使用按¥0.30/MB计费。可拨10000加流量包。【万号】"
    )
    assert text_of("data-100", gone, Language.EN, "") == (
        "Your 500MB is used up, now ¥0.30/MB. Call 10000."
    )


def test_a_step_up_names_the_new_fee_and_that_it_ends_with_the_month() -> None:
    climbed = Figures(metric="step-up", threshold=None, used=134 * MB, fee_fen=2000)
    assert text_of("step-up", climbed, Language.ZH, SIGN_OFF) == (
        "您的流量已自动升档，本月升档费现为¥20.00，不含套餐费，下月自动恢复。如需取消，请拨10000。"
        "【万号】"
    )
    assert text_of("step-up", climbed, Language.EN, "") == (
        "Data upgrade: ¥20.00 this month only. Call 10000 to cancel."
    )


@pytest.mark.parametrize("row", rows_of("upgrade-reminders.md", "3952, used beyond (MB)"))
def test_the_page_names_the_fee_of_each_tier_of_3952(row: tuple[str, str, str]) -> None:
    (schedule,) = [sold.schedule for sold in read_catalogue() if sold.code == "auto-upgrade-3952"]
    assert schedule is not None
    used, tier, named = int(row[0]), int(row[1]), row[2]
    tiers = [(0, 0), *((step.fee_fen, step.quota_mb) for step in schedule.tiers)]
    costs = [fee + max(used - quota, 0) * schedule.price_fen_per_mb for fee, quota in tiers]
    assert costs.index(min(costs)) == tier
    if tier:
        fee = Figures(metric="step-up", threshold=None, fee_fen=tiers[tier][0])
        assert f"¥{named}，" in text_of("step-up", fee, Language.ZH, "")
    else:
        assert named == "none"


def test_stopped_data_says_what_it_cost_and_how_to_go_on() -> None:
    stopped = Figures(metric="data-stop", threshold=None, used=15 * GB, fee_fen=60_000)
    assert text_of("data-stop", stopped, Language.ZH, SIGN_OFF) == (
        "您的套餐外流量已达15.0GB，本月流量收费¥600.00，上网已暂停，下月1日恢复。"
        "如需马上继续使用，请拨10000。【万号】"
    )
    assert text_of("data-stop", stopped, Language.EN, "") == (
        "Data stopped: 15.0GB extra, ¥600.00. Back on 1st or call 10000."
    )


def test_no_text_says_the_plan_has_what_packs_and_rolled_over_data_brought() -> None:
    everything = Figures(metric="data", threshold=80, used=900 * MB, allowed=GB, price_fen=30)
    for rule in ("data-80", "data-100"):
        assert "套餐" not in text_of(rule, everything, Language.ZH, "")


def test_who_jumped_over_80_and_100_is_not_told_that_nothing_is_left_at_80() -> None:
    beyond = Figures(metric="data", threshold=80, used=117 * MB, allowed=100 * MB, price_fen=30)
    assert text_of("data-80", beyond, Language.ZH, "") == (
        "您本月已用流量117MB，已超过可用的100MB，现按¥0.30/MB计费。可拨10000加流量包。"
    )


def test_a_plan_without_messages_does_not_say_they_are_used_up() -> None:
    first = Figures(metric="message", threshold=100, used=1, allowed=0, price_fen=10)
    assert text_of("message-100", first, Language.ZH, "") == (
        "您的套餐不含短信，发送按¥0.10/条计费，本月已发1条。可拨10000加短信包。"
    )


def test_who_owes_is_told_what_is_owed() -> None:
    owing = Figures(metric="balance", threshold=500, left_fen=-320)
    assert text_of("balance-5", owing, Language.ZH, "").startswith("您的余额已用完，目前欠费¥3.20")


def test_every_text_is_written_out_and_counted_in_parts() -> None:
    checked = check_texts(as_delivered(), SIGN_OFF)
    assert [one for one in checked if one.trouble] == []
    assert {one.rule for one in checked} == {rule.code for rule in rules()} | {"frames", "prices"}
    whole = {(one.rule, one.language) for one in checked if one.parts > 1}
    assert whole == set(IN_TWO)


def test_a_text_that_leaves_out_what_it_is_for_is_named(tmp_path: Path) -> None:
    file = tmp_path / "texts.toml"
    file.write_text(TEXTS_FILE.read_text().replace("将于{time}停机", "即将停机", 1))
    with pytest.raises(WanhaoError, match=r"\[before-stop\.usual\] zh: .* does not say \{time\}"):
        read_texts(file, rules())


@pytest.mark.parametrize("row", rows_of("usage-reminders.md", "tariff"), ids=" ".join)
def test_the_price_is_what_really_comes_next_under_the_schedule(row: tuple[str, str, str]) -> None:
    code, percent, said_zh = row[0], int(row[1]), row[2]
    (plan,) = [sold for sold in read_catalogue() if sold.code == code]
    flat = next(sold for sold in read_catalogue() if sold.prices)
    assert flat.prices
    terms = TariffTerms(number=1, voice_unit_seconds=60, prices=flat.prices, schedule=plan.schedule)
    trigger = Trigger(
        metric=Metric.DATA,
        threshold=percent,
        account_id=1,
        group_id=1,
        number=None,
        cycle=202611,
        episode=0,
        used=5 * percent * MB,
        allowed=500 * MB,
        tier=percent // 100 if percent > 100 else 0,
        occurred_at=0,
    )
    assert f"按{said_zh}。" in text_of(
        "data-100", figures_of(trigger, flat, terms), Language.ZH, ""
    )


def test_a_call_is_told_its_own_price_where_data_has_a_schedule() -> None:
    plan = next(sold for sold in read_catalogue() if sold.schedule and sold.voice_price_fen)
    minute = plan.voice_price_fen * 60 // plan.voice_unit_seconds
    said = of_usage(Metric.VOICE, 100, 100, 100, plan)
    assert (said.price_fen, said.comes_next, said.next_mb) == (minute, "flat", 0)


def test_several_reminders_are_one_text_of_their_clauses() -> None:
    voice = Figures(metric="voice", threshold=80, used=80, allowed=100)
    money = Figures(metric="balance", threshold=1500, left_fen=1499)
    texts = {
        Language.ZH: "您好：语音已用80分钟，还剩20分钟；余额还有¥14.99，请及时充值。"
        "详情可拨10000。",
        Language.EN: "80 of 100 min used; balance ¥14.99, please top up. Call 10000.",
    }
    for language, text in texts.items():
        clauses = [clause_of("voice-80", voice, language), clause_of("balance-15", money, language)]
        assert merged_text(clauses, language, SIGN_OFF) == text + SIGN_OFF


def test_a_clause_says_what_is_true_too() -> None:
    owing = Figures(metric="balance", threshold=500, left_fen=-320)
    assert clause_of("balance-5", owing, Language.ZH) == "已欠费¥3.20，即将停机，请尽快充值"


def test_minutes_are_minutes_whatever_the_unit_of_the_plan() -> None:
    six_second_units = Figures(
        metric="voice",
        threshold=80,
        used=801,
        allowed=1000,
        price_fen=15,
        voice_unit_seconds=6,
    )
    text = text_of("voice-80", six_second_units, Language.EN, "")
    assert text.startswith("81 of 100 min used, 19 left")


@pytest.mark.parametrize(
    ("octets", "used", "left"),
    [
        (0, "0MB", "0MB"),
        (1, "1MB", "0MB"),
        (400 * MB, "400MB", "400MB"),
        (400 * MB + 1, "401MB", "400MB"),
        (1023 * MB, "1023MB", "1023MB"),
        (GB - 1, "1.00GB", "1023MB"),
        (GB, "1.00GB", "1.00GB"),
        (GB + 1, "1.01GB", "1.00GB"),
        (88 * GB // 10, "8.80GB", "8.79GB"),
        (10 * GB - 1, "10.0GB", "9.99GB"),
        (11 * GB, "11.0GB", "11.0GB"),
        (GB * 105 // 10, "10.5GB", "10.5GB"),
    ],
)
def test_data_is_written_so_that_nobody_is_promised_too_much(
    octets: int, used: str, left: str
) -> None:
    assert (figures.data(octets, up=True), figures.data(octets, up=False)) == (used, left)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[data-80.usual]", "[data-80.other]"),
        ("低于{limit}", "低于{colour}"),
        ("低于{limit}", "低于{limit"),
        ("低于{limit}", "低于{}"),
        ("低于{limit}", "低于{limit.fen}"),
        ("低于{limit}", "低于{price}"),
        ("[data-80.short]", "[data-80.brief]"),
    ],
)
def test_a_missing_text_or_a_strange_variable_is_named(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "texts.toml"
    file.write_text(TEXTS_FILE.read_text().replace(old, new, 1))
    with pytest.raises(
        WanhaoError, match=r"texts.toml: \[(data-80|balance-15)\.(usual|short)\] zh"
    ):
        read_texts(file, rules())
