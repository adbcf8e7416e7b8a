"""Lines in words, in both languages: what, how much, of which allowance, at which price."""

from dataclasses import replace

import pytest

from tests.billing.bills.examples import MB, calls, rent, surfing
from wanhao.billing.bills.contracts import BillLine, LineKind, Upgrade, UpgradeMode
from wanhao.billing.bills.lines import line_to_data, lines_of
from wanhao.billing.bills.phrases import phrases
from wanhao.billing.bills.wording import sections, worded
from wanhao.parties.contracts import Language

ZH, EN = Language.ZH, Language.EN


def notes(line: BillLine, language: Language) -> str:
    return " | ".join(worded(line, language).notes)


def test_every_text_is_there_in_both_languages_with_the_same_figures() -> None:
    for section, texts in phrases().items():
        for name, text in texts.items():
            assert set(text) == {"zh", "en"}, (section, name)
            assert all(text.values()), (section, name)


def test_a_plan_says_whether_it_was_there_all_month() -> None:
    assert worded(rent(), EN).title == "Lexiang 4G 59"
    assert notes(rent(), EN) == "whole month"
    assert notes(rent(3343, 17), ZH) == "按天计：17天，全月30天"


def test_calls_say_what_was_used_and_what_the_rest_costs() -> None:
    assert worded(calls(), EN).title == "Voice, domestic"
    assert notes(calls(), EN) == "150 min used | 50 min beyond, at ¥0.15/min"
    assert notes(calls(), ZH) == "共用150分钟 | 超出50分钟，按¥0.15/分钟计费"
    assert notes(calls(0, 80, 0), EN) == "80 min used | nothing beyond"
    (plan,) = worded(calls(), ZH).allowances
    assert (plan.name, plan.included, plan.used, plan.left) == (
        "套餐内",
        "100分钟",
        "100分钟",
        "0分钟",
    )
    assert plan.used_percent == 100


def test_data_says_which_allowance_was_used_first_and_how_the_rest_was_priced() -> None:
    told = worded(surfing(), EN)
    assert [one.name for one in told.allowances] == ["Rolled over", "300 MB pack", "Plan"]
    assert told.notes == (
        "1 GB 512 MB used",
        "636 MB beyond",
        "at most ¥30.00 for each 500 MB, less at ¥0.30/MB",
        "never more than ¥600.00 a month",
    )


@pytest.mark.parametrize(
    ("mode", "tier", "expected"),
    [
        (UpgradeMode.STEP, 2, "upgraded to step 2: ¥20.00 with 200 MB, then ¥0.30/MB"),
        (UpgradeMode.JUMP, 2, "upgraded to step 2: ¥20.00 for up to 200 MB"),
        (UpgradeMode.STEP, 0, "no upgrade, at ¥0.30/MB"),
    ],
)
def test_an_upgrade_says_its_step(mode: UpgradeMode, tier: int, expected: str) -> None:
    upgrade = Upgrade(mode=mode, tier=tier, fee_fen=2000, quota_mb=200)
    line = replace(surfing(), beyond=90 * MB + 1, upgrade=upgrade)
    assert worded(line, EN).notes[1:] == ("90 MB 1 KB beyond", expected)


def test_free_numbers_cost_nothing_and_late_records_name_their_month() -> None:
    free = BillLine(kind=LineKind.VOICE, fen=0, zone="free", voice_unit=60, used=12)
    assert (worded(free, ZH).title, notes(free, ZH)) == ("免费语音", "共用12分钟 | 不收费")
    late = BillLine(
        kind=LineKind.LATE, fen=45, service="voice", zone="domestic", used=3, of_cycle=202610
    )
    assert worded(late, ZH).title == "2026年10月补计：国内语音"
    assert worded(late, EN).title == "Late records of Oct 2026: Voice, domestic"
    assert notes(late, EN) == "3 min, received after the month was closed"


def test_lines_are_put_together_by_what_they_are() -> None:
    credit = BillLine(kind=LineKind.CREDIT, fen=-500)
    once = BillLine(kind=LineKind.ONE_OFF, fen=1000, name_zh="补卡费")
    found = sections([credit, surfing(), rent(), once, calls()], ZH)
    assert [(one.name, one.amount) for one in found] == [
        ("fees", "¥69.00"),
        ("usage", "¥67.50"),
        ("items", "-¥5.00"),
    ]
    assert [line.title for line in found[0].lines] == ["乐享4G 59元套餐", "补卡费"]


def test_lines_come_back_from_the_database_as_they_went() -> None:
    lines = (rent(), calls(), surfing())
    assert lines_of([line_to_data(line) for line in lines]) == lines
