"""A customer registers for care, or a mother who must agree herself."""

import pytest

from tests.menu.items.customers import EN, LI, NOW, WANG, asker, line, open_line, refused, said
from wanhao.menu.actions import ask
from wanhao.menu.contracts import Door, IdentityLevel, Question, ReplyKind
from wanhao.parties.care import care_of_line
from wanhao.products.actions import load_catalogue

pytestmark = pytest.mark.django_db
ITEM = "care_file"
ADDRESS = "样例路1号"
GIVEN = {"action": "register", "reason": "alone", "needs": "上门服务，large-print"}
WHOLE = GIVEN | {"address": ADDRESS, "consent": True}


@pytest.fixture(autouse=True)
def _lines(db: None) -> None:
    load_catalogue()
    open_line(WANG)
    open_line(LI)


def test_one_registers_oneself_with_a_consent_of_its_own() -> None:
    assert "需要您单独同意" in refused(ITEM, **GIVEN, address=ADDRESS)
    told = said(ITEM, **WHOLE)
    assert told.short == "关怀登记169****0001：已生效（上门服务，大字材料）。"
    assert "每月1日至5日" in told.long
    assert ADDRESS not in told.long + repr(told.data)
    english = said(ITEM, asker(language=EN))
    assert english.short == "Care file 169****0001: in force (a visit at home, large print)."


def test_a_relative_is_registered_and_agrees_from_the_own_number() -> None:
    told = said(ITEM, **WHOLE, number=str(LI), relation="parent")
    assert "等本人同意" in told.short
    assert "需要您单独同意" in refused(ITEM, asker(LI), action="agree")
    assert "已生效" in said(ITEM, asker(LI), action="agree", consent=True).short
    assert "已终止" in said(ITEM, action="end", number=str(LI)).short
    assert said(ITEM, asker(LI)).short == "您没有关怀登记。"
    assert care_of_line(line(LI).line_id) == []


def test_what_is_not_right_is_told_in_the_customers_words() -> None:
    assert "请从这些服务中选择：上门服务" in refused(ITEM, **(WHOLE | {"needs": "茶"}))
    assert "请写明上门地址" in refused(ITEM, **(WHOLE | {"address": ""}))
    assert "请核对号码" in refused(ITEM, **WHOLE, number="16907919999")
    assert "没有这样的关怀登记" in refused(ITEM, action="end")
    assert "没有待同意" in refused(ITEM, action="agree", consent=True)
    said(ITEM, **WHOLE)
    said(ITEM, **WHOLE, number=str(LI))
    assert "哪个号码" in refused(ITEM, action="end")


def test_a_line_that_is_only_known_must_step_up() -> None:
    who = asker(door=Door.APP, level=IdentityLevel.KNOWN)
    reply = ask(Question(item=ITEM, given=WHOLE, asker=who), NOW)
    assert reply.kind is ReplyKind.TO_STEP_UP
