"""A customer looks for what was lost in a hall, and claims it."""

import pytest

from tests.menu.items.customers import EN, WANG, asker, line, open_line, refused, said
from tests.outlets.halls import HALL, MORNING, open_hall
from tests.outlets.losses import MARKS, SECRETS, found
from wanhao.outlets.lost_reading import claims_of_line, claims_to
from wanhao.products.actions import load_catalogue

pytestmark = pytest.mark.django_db
ITEM = "lost_property"


@pytest.fixture(autouse=True)
def _hall(db: None) -> None:
    load_catalogue()
    open_line(WANG)
    open_hall()


def test_what_may_be_it_is_told_and_no_more() -> None:
    bag = found()
    told = said(ITEM, now=MORNING, what="bag", day="2026-11-21")
    assert f"L{bag.thing_id}，包，11月23日，样例营业厅" in told.long
    assert not [word for word in SECRETS if word in told.long + repr(told.data)]
    english = said(ITEM, asker(language=EN), now=MORNING, what="bag", hall="Sample")
    assert f"L{bag.thing_id}, a bag, 23 Nov, Sample Hall" in english.long
    assert "目前没有找到" in said(ITEM, now=MORNING, what="keys").long
    assert "没有找到这样的营业厅" in refused(ITEM, now=MORNING, what="bag", hall="月球")
    assert "不能晚于今天" in refused(ITEM, now=MORNING, what="bag", day="2026-11-24")


def test_it_is_claimed_once_by_the_line_that_asks() -> None:
    bag = found()
    given = {"what": "bag", "action": "claim", "thing": f"l{bag.thing_id}", "marks": MARKS}
    first = said(ITEM, now=MORNING, **given)
    assert said(ITEM, now=MORNING, **given).data == first.data
    (claim,) = claims_to(bag.thing_id)
    assert (claim.phone, claim.marks) == (WANG, MARKS)
    assert claims_of_line(line().line_id) == [claim]
    assert "不收费用" in first.short


def test_what_was_not_found_yet_is_noted_with_the_hall() -> None:
    told = said(ITEM, now=MORNING, what="keys", action="claim", hall="样例", marks=MARKS)
    assert "找到相符的物品会联系您" in told.short
    (claim,) = claims_of_line(line().line_id)
    assert (claim.hall, claim.thing_id) == (HALL, None)


def test_a_stranger_must_leave_a_number() -> None:
    given = {"what": "keys", "action": "claim", "marks": MARKS}
    assert refused(ITEM, asker(None), now=MORNING, **given) == "请留下联系电话。"
    assert "已登记" in said(ITEM, asker(None), now=MORNING, phone="16907910009", **given).short
