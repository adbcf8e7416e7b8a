"""What rooms refuse to employees is in the language of the page, with its figures."""

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

import wanhao
from tests.menu.test_every_refusal_has_words import words_of
from wanhao.pages.console.mistake_words import in_words
from wanhao.project.translations import compile_translations

ROOMS = Path(wanhao.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
FIGURES = ("7", "¥7.00", "zh, en", "threshold", "is missing")
SAID_ON_PAGES = (
    "billing/returns.py",
    "billing/orders/reconciling.py",
    "billing/orders/refunding.py",
    "communications/changing.py",
    "communications/notices.py",
    "communications/optouts.py",
    "communications/previewing.py",
    "pages/console/disputes.py",
    "pages/console/payments.py",
    "usage/disputes.py",
    "values/msisdn.py",
    "workflows/refund_order.py",
    "workflows/send_notice.py",
    "workflows/settle_dispute.py",
)
BY_COMMAND = (
    "{} of payment '{}' cannot be charged back.",
    "At most {} of it has not gone back yet.",
    "There is no refund '{}'.",
    "Look for it in the statement.",
)
"""What a channel takes back is recorded by a command alone."""


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    compile_translations(ROOMS)


def said_by(file: str) -> list[str]:
    """Messages and remedies, with braces where their values are."""
    calls = [
        node
        for node in ast.walk(ast.parse((ROOMS / file).read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "WanhaoError"
    ]
    said = [words_of(arg) for call in calls for arg in call.args[:2]]
    return [one for one in said if one not in BY_COMMAND and one.strip("{}")]


@pytest.mark.parametrize("file", SAID_ON_PAGES)
def test_every_refusal_of_a_page_is_chinese_on_a_chinese_page(file: str) -> None:
    with translation.override("zh-hans"):
        left = [
            said
            for said in said_by(file)
            if not any(HAN.search(in_words(said.replace("{}", figure))) for figure in FIGURES)
        ]
    assert left == []


@pytest.mark.parametrize(
    ("said", "zh", "en"),
    [
        (
            "¥12.00 of payment 'P1' cannot be refunded.",
            "缴费P1不能退¥12.00。",
            "¥12.00 of payment 'P1' cannot be refunded.",
        ),
        (
            "The works begin in less than 72 hours.",
            "距施工开始不足72小时。",
            "The works begin in less than 72 hours.",
        ),
        (
            "daily_cap must be a whole number from 1 to 50.",
            "daily_cap须为1到50的整数。",
            "daily_cap must be a whole number from 1 to 50.",
        ),
        ("A refund needs a reason.", "退款须写明原因。", "A refund needs a reason."),
        ("The moon is full.", "The moon is full.", "The moon is full."),
        ("", "", ""),
    ],
)
def test_figures_stay_in_both_languages(said: str, zh: str, en: str) -> None:
    for language, expected in (("zh-hans", zh), ("en", en)):
        with translation.override(language):
            assert in_words(said) == expected
