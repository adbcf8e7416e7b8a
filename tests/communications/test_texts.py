"""What customers read: polite, true, and short enough for one SMS."""

from pathlib import Path

import pytest

from wanhao.communications import figures
from wanhao.communications.contracts import Metric, ReminderRule
from wanhao.communications.queries import rules
from wanhao.communications.rendering import TEXTS_FILE, Figures, read_texts, text_of
from wanhao.parties.contracts import Language
from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import Offering
from wanhao.values.errors import WanhaoError

MB, GB = 1024**2, 1024**3
SIGN_OFF = "【万号】"


def said(rule: ReminderRule, plan: Offering) -> list[Figures]:
    """What the rule would say to a customer of the plan, right at the threshold and far beyond."""
    if rule.metric is Metric.BALANCE:
        lefts = (rule.threshold - 1, 0, -1, -123_456)
        return [
            Figures(metric="balance", threshold=rule.threshold, left_fen=left) for left in lefts
        ]
    allowed, price = {
        Metric.VOICE: (plan.voice_minutes, plan.voice_price_fen),
        Metric.MESSAGE: (plan.messages, plan.message_price_fen),
        Metric.DATA: (plan.data_mb * MB, plan.data_price_fen_per_mb),
    }[rule.metric]
    if not allowed and rule.threshold < 100:
        return []
    at = max(allowed * rule.threshold // 100, 1)
    return [
        Figures(
            metric=rule.metric.value,
            threshold=rule.threshold,
            used=used,
            allowed=allowed,
            price_fen=price,
        )
        for used in (at, at * 3 // 2)
    ]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_every_text_fits_one_sms_for_every_plan_on_sale(
    rule: ReminderRule, language: Language
) -> None:
    for plan in read_catalogue():
        for figures_said in said(rule, plan):
            text = text_of(rule.code, figures_said, language, SIGN_OFF)
            assert len(text) <= 70, text
            assert text.endswith(SIGN_OFF)
            assert "!" not in text
            assert "！" not in text
            assert "{" not in text


def test_chinese_texts_say_nin_and_what_to_do() -> None:
    for rule in rules():
        for figures_said in said(rule, read_catalogue()[0]):
            text = text_of(rule.code, figures_said, Language.ZH, "")
            assert text.startswith("您")
            assert "拨10000" in text or "充值" in text


def test_used_up_names_the_price_that_applies_from_now_on() -> None:
    gone = Figures(metric="data", threshold=100, used=501 * MB, allowed=500 * MB, price_fen=30)
    assert text_of("data-100", gone, Language.ZH, SIGN_OFF) == (
        "您本月套餐流量500MB已用完，继续使用按¥0.30/MB计费。可拨10000加流量包。【万号】"
    )
    assert text_of("data-100", gone, Language.EN, "") == (
        "Your 500MB of data is used up, now ¥0.30/MB. Call 10000."
    )


def test_who_jumped_over_80_and_100_is_not_told_that_nothing_is_left_at_80() -> None:
    beyond = Figures(metric="data", threshold=80, used=117 * MB, allowed=100 * MB, price_fen=30)
    assert text_of("data-80", beyond, Language.ZH, "") == (
        "您本月已用流量117MB，已超过套餐100MB，现按¥0.30/MB计费。可拨10000加流量包。"
    )


def test_a_plan_without_messages_does_not_say_they_are_used_up() -> None:
    first = Figures(metric="message", threshold=100, used=1, allowed=0, price_fen=10)
    assert text_of("message-100", first, Language.ZH, "") == (
        "您的套餐不含短信，发送按¥0.10/条计费，本月已发1条。可拨10000加短信包。"
    )


def test_who_owes_is_told_what_is_owed() -> None:
    owing = Figures(metric="balance", threshold=500, left_fen=-320)
    assert text_of("balance-5", owing, Language.ZH, "").startswith("您的余额已用完，目前欠费¥3.20")


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
    ],
)
def test_a_missing_text_or_a_strange_variable_is_named(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "texts.toml"
    file.write_text(TEXTS_FILE.read_text().replace(old, new, 1))
    with pytest.raises(WanhaoError, match=r"texts.toml: \[(data-80|balance-15)\.usual\] zh"):
        read_texts(file, rules())
