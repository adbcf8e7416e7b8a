"""Answers as texts: cut at thoughts, with nobody's identity in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.channels.sms.hall.rendering import PARTS, page_of, without_identities
from wanhao.parties.contracts import Language
from wanhao.values.sms_text import sms_parts

OWN = 16907910001
SIGN_OFF = "【万号】"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("转赠给13912345678成功", "转赠给139****5678成功"),
        ("本机16907910001", "本机16907910001"),
        ("证件360102199003071234。", "证件360****1234。"),
        ("36010219900307123X", "360****123X"),
        ("360102900307123", "360****7123"),
        ("请拨10000或10086", "请拨10000或10086"),
        ("订单20261123170000001", "订单20261123170000001"),
    ],
)
def test_no_identity_leaves_whole(said: str, told: str) -> None:
    assert without_identities(said, OWN) == told


@given(
    st.from_regex(r"1[3-9]\d{9}", fullmatch=True),
    st.from_regex(r"\d{17}[\dX]", fullmatch=True),
    st.sampled_from(["，", "号码：", " ", "。\n", "¥"]),
)
def test_neither_a_number_nor_a_document_is_ever_whole(
    number: str, document: str, between: str
) -> None:
    told = without_identities(f"是{number}{between}{document}{between}{number}。", OWN)
    assert document not in told
    assert number == str(OWN) or number not in told


def test_a_short_answer_is_one_page() -> None:
    assert page_of("余额¥1.00。", 1, Language.ZH, SIGN_OFF) == ("余额¥1.00。", 1)


def _pages(text: str, language: Language = Language.ZH) -> list[str]:
    first, count = page_of(text, 1, language, SIGN_OFF)
    return [first, *(page_of(text, page, language, SIGN_OFF)[0] for page in range(2, count + 1))]


def test_a_long_answer_is_cut_between_thoughts_and_says_how_to_go_on() -> None:
    text = "\n".join(f"第{line}行：" + "字" * 60 for line in range(9))
    pages = _pages(text)
    assert [page[:5] for page in pages] == [f"({page}/5)" for page in range(1, 6)]
    assert [page.splitlines()[-1] for page in pages[:2]] == ["回复M2看下一页", "回复M3看下一页"]
    assert not pages[-1].endswith("看下一页")
    assert all(page.count("字") % 60 == 0 for page in pages)


def test_after_the_last_page_comes_the_last_page() -> None:
    text = "一个想法。" * 100
    pages = _pages(text)
    assert page_of(text, 99, Language.ZH, SIGN_OFF) == (pages[-1], len(pages))


@given(
    st.text(st.sampled_from("字a。\n, 1"), min_size=1, max_size=1500),
    st.sampled_from(list(Language)),
)
def test_every_page_fits_and_nothing_is_lost(text: str, language: Language) -> None:
    pages = _pages(text, language)
    assert all(sms_parts(page + SIGN_OFF) <= PARTS for page in pages)
    if len(pages) in (1, 9):
        return
    bare = [re.sub(r"\n(回复M\d看下一页|Reply M\d for more)$", "", page[5:]) for page in pages]
    assert "".join("".join(bare).split()) == "".join(text.split())
