"""What a text wants, however it is written."""

from datetime import date

import pytest

from wanhao.channels.sms.hall.codes import book_of
from wanhao.channels.sms.hall.contracts import WishKind
from wanhao.channels.sms.hall.grammar import understand

BOOK = book_of("jiangxi", date(2026, 11, 20))


@pytest.mark.parametrize(
    ("text", "item", "given"),
    [
        ("101", "balance", {}),
        ("１０１", "balance", {}),
        (" 1 0 1 ", "balance", {}),
        ("“101”。", "balance", {}),
        ("ye", "balance", {}),
        ("ＹＥ", "balance", {}),
        ("查余额", "balance", {}),
        ("101#", "balance", {}),
        ("102", "balance", {}),
        ("102#10", "bill", {"month": "10"}),
        ("10210", "bill", {"month": "10"}),
        ("102＃202610", "bill", {"month": "202610"}),
        ("104", "bill", {}),
        ("104*9", "bill", {"month": "9"}),
        ("104 202609", "bill", {"month": "202609"}),
        ("ktdcx5", "pack_open", {}),
        ("KT#data-pack-10", "pack_open", {"pack": "data-pack-10"}),
        ("开通 # data-pack-10", "pack_open", {"pack": "data-pack-10"}),
        ("qxtx#voice-80", "reminders", {"reminder": "voice-80"}),
        ("0000", "holdings", {}),
        ("00000", "holdings", {}),
    ],
)
def test_a_code_asks_for_its_item(text: str, item: str, given: dict[str, str]) -> None:
    wish = understand(text, BOOK, None)
    assert (wish.kind, wish.entry and wish.entry.item, wish.given) == (WishKind.ASK, item, given)


@pytest.mark.parametrize(
    ("text", "code"),
    [("Y", ""), ("是", ""), ("yes", ""), ("ｙ１２３４", "1234"), ("是 1234", "1234")],
)
def test_a_yes_may_bring_a_code(text: str, code: str) -> None:
    wish = understand(text, BOOK, None)
    assert (wish.kind, wish.code) == (WishKind.YES, code)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0", WishKind.MENU),
        ("０", WishKind.MENU),
        ("n", WishKind.NO),
        ("否", WishKind.NO),
        ("KT", WishKind.WRONG_ARGUMENTS),
        ("101#1#2", WishKind.WRONG_ARGUMENTS),
        ("999", WishKind.NO_SUCH_CODE),
        ("ABC#1", WishKind.NO_SUCH_CODE),
        ("7", WishKind.NO_SUCH_CODE),
        ("你好", WishKind.CHATTER),
        ("thanks a lot", WishKind.CHATTER),
        ("", WishKind.CHATTER),
        ("😀" * 500, WishKind.CHATTER),
    ],
)
def test_the_rest_is_told_apart(text: str, kind: WishKind) -> None:
    assert understand(text, BOOK, None).kind is kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("我想查余额谢谢", "101"),
        ("QXXFTT", "QXXFTX"),
        ("QXXTFX", "QXXFTX"),
        ("KTDCX6", "KTDCX5"),
        ("jfcs", "105"),
        ("请帮我查一下积分", "105"),
    ],
)
def test_the_nearest_is_offered(text: str, code: str) -> None:
    wish = understand(text, BOOK, None)
    assert wish.kind is WishKind.NEAR
    assert code in [entry.code for entry in wish.near]


def test_a_digit_chooses_what_was_offered() -> None:
    assert understand("1", BOOK, {"1": "101"}).entry == understand("101", BOOK, None).entry
    more = understand("m2", BOOK, {"M2": "104#10|2"})
    assert (more.page, more.given) == (2, {"month": "10"})
    chosen = understand("2", BOOK, {"2": '={"item": "pack_open", "given": {"pack": "x"}}'})
    assert chosen.entry
    assert (chosen.entry.item, chosen.entry.fixed) == ("pack_open", {"pack": "x"})


@pytest.mark.parametrize(
    "text", ["我的身份证是360102199003071234", "5030#张三#360102199003071234", "36010219900307123X"]
)
def test_nothing_personal_is_kept_of_what_nobody_understood(text: str) -> None:
    said = understand(text, BOOK, None).said
    assert "19900307" not in said
    assert "张三" not in said
