"""A customer sees which numbers are up, bids after reading what it costs, and pays for one."""

from datetime import timedelta

import pytest

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    done,
    line,
    open_line,
    proposed,
    refused,
    said,
)
from tests.workflows.auctions import keep_until
from wanhao.billing.queries import balances
from wanhao.menu.actions import ask
from wanhao.menu.contracts import Door, IdentityLevel, Question, ReplyKind
from wanhao.menu.models import Confirmation
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import record_document
from wanhao.products.actions import load_catalogue
from wanhao.workflows.put_up_lot import put_up_lot

pytestmark = pytest.mark.django_db
ITEM = "auction"
NUMBER = 16900008888
BID = {"action": "bid", "number": str(NUMBER)}
PAY = {"action": "pay", "number": str(NUMBER)}
ENDS = NOW + timedelta(days=7)


@pytest.fixture(autouse=True)
def _bidders(db: None) -> None:
    load_catalogue()
    for number in (WANG, LI):
        who = open_line(number, balance_fen=40_000)
        record_document(who.line_id, DocumentKind.PASSPORT, f"E{number}", NOW, by="test")


def put_up() -> None:
    put_up_lot(NUMBER, "L2", ENDS, NOW, by="test")


def left(number: int = WANG) -> int:
    account = line(number).account_id
    return balances([account])[account]


def test_seeing_needs_no_yes() -> None:
    assert said(ITEM).short == "现在没有竞拍的号码。"
    put_up()
    seen = said(ITEM)
    assert seen.short == "1个号码在竞拍，最早11月29日12:00截止。"
    assert "16900008888：现价无人出价，下次出价至少¥300，保证金¥30" in seen.long
    assert "全部捐给爱心助学基金，已累计¥0" in seen.long
    assert seen.data == {
        "lots": [{"number": str(NUMBER), "least_fen": 30_000, "ends_at": ENDS.isoformat()}],
        "bids": [],
    }
    english = said(ITEM, asker(language=EN)).long
    assert "now no bid yet, the next bid at least ¥300, deposit ¥30" in english
    assert not Confirmation.objects.exists()


def test_a_bid_says_first_what_it_costs() -> None:
    put_up()
    told = proposed(ITEM, **BID, yuan=330)
    assert told.short == "为16900008888出价¥330，立即从余额冻结保证金¥30。"
    assert "3天内付清¥330" in told.long
    assert "保证金捐出不退" in told.long
    assert "每月最低消费¥49，预存¥200，24个月" in told.long
    assert told.data["deposit_fen"] == 3_000
    assert left() == 40_000
    english = proposed(ITEM, asker(language=EN), **BID, yuan=330).long
    assert "a deposit of ¥30 is held at once" in english


def test_bids_one_after_the_other_until_one_is_paid() -> None:
    put_up()
    assert "目前最高" in done(ITEM, **BID, yuan=300).short
    assert "您为16900008888出价¥300，竞拍中。目前最高。" in said(ITEM).long
    done(ITEM, asker(LI), **BID, yuan=345)
    assert "已被超过" in said(ITEM).long
    assert (left(WANG), left(LI)) == (37_000, 37_000)
    assert "冻结保证金¥0" in proposed(ITEM, **BID, yuan=360).short
    keep_until(ENDS)
    later = ENDS + timedelta(hours=1)
    assert "不是您竞得" in said(ITEM, now=later).long
    won = said(ITEM, asker(LI), now=later)
    assert "请在12月2日12:00前付款" in won.long
    told = proposed(ITEM, asker(LI), now=later, **PAY)
    assert told.short == "支付¥345购得16900008888：保证金抵¥30，余额扣¥315。"
    paid = done(ITEM, asker(LI), now=later, **PAY)
    assert paid.short == "16900008888已付清，请在2027年2月27日前凭证件到营业厅办理入网。"
    assert (left(WANG), left(LI)) == (40_000, 5_500)
    assert "已成交。请在2027年2月27日前办理入网" in said(ITEM, asker(LI), now=later).long
    assert "已累计¥345" in said(ITEM, now=later).long


def test_what_cannot_be_is_told_in_the_customers_words() -> None:
    assert "现在没有竞拍的号码" in refused(ITEM, **BID, yuan=300)
    put_up()
    assert "请从这些号码中选择：16900008888" in refused(ITEM, action="bid", yuan=300)
    assert "应在¥300.00到¥600.00之间" in refused(ITEM, **BID, yuan=299)
    assert "没有待付款的竞拍号码" in refused(ITEM, **PAY)
    done(ITEM, **BID, yuan=300)
    assert "已是最高" in refused(ITEM, **BID, yuan=400)
    english = refused(ITEM, asker(LI, language=EN), **BID, yuan=300)
    assert english == "The next bid must be from ¥315.00 to ¥615.00."


def test_a_line_that_is_only_known_must_step_up() -> None:
    who = asker(door=Door.APP, level=IdentityLevel.KNOWN)
    reply = ask(Question(item=ITEM, given=BID, asker=who), NOW)
    assert reply.kind is ReplyKind.TO_STEP_UP
