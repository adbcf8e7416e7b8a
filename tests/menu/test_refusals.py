"""What rooms refuse is told in both languages: every wording fits what a room really says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from tests.billing.bills.examples import rent
from tests.billing.foreign.peers import billed_elsewhere, client, peer
from tests.loyalty.examples import give_points
from tests.menu.items.customers import LI, NOW, WANG, ZHAO, line, open_line
from tests.menu.refused_auctions import OF_AUCTIONS
from tests.menu.refused_others import OF_OTHERS
from tests.menu.refused_payments import OF_PAYMENTS
from tests.menu.refused_queues import OF_QUEUES
from tests.menu.refused_stops import OF_STOPS
from tests.parties.examples import an_account
from wanhao.access.contracts import TryKind
from wanhao.access.service_passwords import check_service_password, set_service_password
from wanhao.access.trying import MOST, begin_try, note_wrong
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.billing.bills.einvoices import ask_invoice
from wanhao.billing.bills.ports import Buyer, invoice_issuer
from wanhao.billing.bills.queries import bill
from wanhao.billing.foreign.source import ForeignBilling
from wanhao.billing.ports import provide_billing
from wanhao.billing.vouchers import issue_vouchers
from wanhao.communications.optouts import set_opt_out
from wanhao.loyalty.redeeming import could_redeem, redeem
from wanhao.menu.refusing import UNKNOWN_ZH, refusal_of, wordings
from wanhao.parties.actions import open_accounts, set_medium_of_line
from wanhao.parties.binding import MOST_LINES, bind_line
from wanhao.parties.contracts import ContactMedium, DocumentKind, LineView, MediumKind, PayType
from wanhao.parties.deciding import refuse_secondary
from wanhao.parties.documents import is_holder, record_document
from wanhao.parties.moving import could_move
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.contracts import Offering
from wanhao.products.ordering import could_cancel, could_change_plan, could_order, refuse_cheaper
from wanhao.products.queries import offering
from wanhao.usage.details import records_of
from wanhao.usage.models import Batch, MeterHome
from wanhao.values.errors import WanhaoError
from wanhao.workflows.bill_ourselves import OwnBilling
from wanhao.workflows.cancel_product import cancel_product
from wanhao.workflows.continue_data import continue_data
from wanhao.workflows.issue_porting_code import issue_porting_code
from wanhao.workflows.open_login import open_login
from wanhao.workflows.order_product import order_product
from wanhao.workflows.redeem_voucher import redeem_voucher

__all__ = ["billed_elsewhere", "client", "peer"]
Refused = tuple[str, Callable[[], object], str, str]
NOBODY = 999_999


@pytest.fixture(autouse=True)
def _loaded(db: None) -> None:
    load_catalogue()


def a_group(plan: str = "lexiang-3g-49", number: int = WANG) -> int:
    return open_line(number, plan).group_id


def without_plan() -> int:
    return open_accounts([an_account()])[0].groups[0].group_id


def with_pack() -> int:
    group = a_group()
    order_product(group, "sms-pack-5", NOW)
    return group


def too_many_lines() -> object:
    login_id = open_login(open_line().number, NOW)
    for place in range(MOST_LINES):
        bind_line(login_id, open_line(LI + 20 + place).line_id, NOW, by="test")
    raise AssertionError("one too many was bound")


def cheap() -> Offering:
    return replace(offering("custom-prepaid-19"), fee_fen=1_000, minimum_fen=1_900)


def a_redemption(quantity: int = 1, item: str = "umbrella") -> object:
    account = open_line().account_id
    return could_redeem(account_id=account, item=item, quantity=quantity, now=NOW)


def twice_for_another_thing() -> object:
    from_wang, from_li = open_line(WANG).account_id, open_line(LI).account_id
    for account in (from_wang, from_li):
        give_points(account, 2026, 9_000)
    redeem(account_id=from_wang, item="umbrella", quantity=1, reference="R1", now=NOW)
    return redeem(account_id=from_li, item="umbrella", quantity=1, reference="R1", now=NOW)


def a_secondary() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    refuse_secondary(lines_by_number({LI})[LI])


def wrong(kind: TryKind) -> None:
    line_id = open_line().line_id
    for _ in range(MOST[kind]):
        begin_try(line_id, kind, NOW)
        note_wrong(line_id, kind, NOW)
    begin_try(line_id, kind, NOW)


def a_voucher(expires: timedelta = timedelta(days=30)) -> str:
    (code,) = issue_vouchers(
        batch="v", count=1, face_fen=100, expires_at=NOW + expires, now=NOW - timedelta(days=60)
    )
    return code


def voucher_used_before() -> object:
    code = a_voucher()
    redeem_voucher(open_line(LI).account_id, code, NOW)
    return redeem_voucher(open_line().account_id, code, NOW)


def invoiced(title: str = "甲", fen: int = 5_900, *titles: str) -> None:
    account = open_line(pay_type=PayType.POSTPAID).account_id
    draft = BillDraft(account_id=account, cycle=202610, lines=(rent(fen),))
    issue_bills([draft], NOW, due_day=25)
    found = bill(account, 202610)
    assert found is not None
    for each in (title, *titles):
        ask_invoice(found, Buyer(title=each), "S1", NOW)


def no_archive() -> None:
    Batch.objects.create(
        number=1,
        committed_at=NOW,
        taken_at=NOW,
        metered=1,
        records_in=1,
        last_fact=0,
        token=uuid4(),
    )
    MeterHome.objects.update_or_create(id=1, defaults={"folder": "/nowhere"})
    records_of([WANG], 202611)


def family_of(cards: int) -> list[LineView]:
    """Wang's main card and so many secondary ones; the family that there is for none."""
    others = range(WANG + 10, WANG + 10 + cards)
    main = open_line(WANG, "lexiang-4g-59", *others) if cards else line(WANG)
    return [main, *(line(other) for other in others)]


def full_family() -> None:
    main = family_of(4)[0]
    could_move(open_line(ZHAO), main.group_id)


ELSEWHERE = (
    "Only holders",
    "Only the main card",
    "This number cannot be given data",
    "In the last",
    "Data was given",
    "Only 0 MB",
    "Only (?P<mb>",
    "The meter is not up to date",
    "Service is stopped, so no",
    "A number is kept for 1 to",
    r"\d+ is a main card, and",
    "The account owes something",
    r"The number of group \d+ is kept",
    r"\d+ is not kept for later",
    "The account is not stopped",
    "The customer's star",
)
"""What is refused of gifts, stops and kept numbers is held by tests of their own."""

CASES: list[Refused] = [
    (
        "not held",
        lambda: could_cancel(a_group(), "sms-pack-5", NOW),
        "您没有订购短信包 5元。",
        "You do not have",
    ),
    ("no such code", lambda: could_order(a_group(), "tea", NOW), "没有名为“tea”", "nothing called"),
    ("too cheap", lambda: refuse_cheaper(cheap()), "低于最低消费¥19.00", "less than ¥19.00"),
    (
        "a part",
        lambda: could_order(a_group(), "module-voice-50", NOW),
        "不能单独订购",
        "part of a plan",
    ),
    (
        "not sold any more",
        lambda: could_order(without_plan(), "lexiang-3g-49", NOW - timedelta(days=9_000)),
        "不在售",
        "not on sale",
    ),
    (
        "the plan already",
        lambda: could_change_plan(a_group(), "lexiang-3g-49", NOW),
        "就是乐享3G上网版 49元套餐",
        "already",
    ),
    (
        "no plan to go with",
        lambda: could_order(without_plan(), "auto-upgrade-3952", NOW),
        "需要先有套餐",
        "goes with a plan",
    ),
    (
        "held already",
        lambda: could_order(with_pack(), "sms-pack-5", NOW),
        "您已有短信包 5元，同类业务最多1个",
        "may have 1 of its kind",
    ),
    (
        "not together",
        lambda: could_order(a_group("lexiang-4g-59"), "data-pack-3g-10", NOW),
        "3G流量包 10元100MB不能与乐享4G 59元套餐同时使用",
        "does not go together with Lexiang 4G 59",
    ),
    (
        "no plan to change",
        lambda: could_change_plan(without_plan(), "lexiang-4g-59", NOW),
        "还没有套餐",
        "no plan yet",
    ),
    (
        "no plan",
        lambda: could_change_plan(a_group(), "sms-pack-5", NOW),
        "短信包 5元不是套餐",
        "is not a plan",
    ),
    (
        "the plan stays",
        lambda: could_cancel(a_group(), "lexiang-3g-49", NOW),
        "不能退订，只能变更",
        "only changed",
    ),
    ("no line", lambda: order_product(NOBODY, "sms-pack-5", NOW), "已停用", "no longer in use"),
    ("data flows", lambda: continue_data(a_group(), NOW), "没有停用", "not stopped"),
    ("a secondary card", a_secondary, "请用主卡办理", "the main card can"),
    ("no such item", lambda: a_redemption(item="tea"), "不能兑换“tea”", "cannot become 'tea'"),
    ("none of it", lambda: a_redemption(0), "不能兑换0份", "0 cannot be redeemed"),
    (
        "not today",
        lambda: could_redeem(
            account_id=open_line().account_id,
            item="phone-bill",
            quantity=1,
            now=NOW - timedelta(days=20),
        ),
        "5日以后",
        "from the 5th",
    ),
    ("too few", a_redemption, "需要3000积分，您只有0积分", "3000 points are needed; you have 0"),
    ("twice", twice_for_another_thing, "请重新办理", "ask anew"),
    (
        "stays on",
        lambda: set_opt_out(open_line(ZHAO).line_id, "data-100", True, NOW),
        "没有可以取消的提醒：data-100",
        "No reminder that can be switched",
    ),
    ("wrong passwords", lambda: wrong(TryKind.PASSWORD), "服务密码今天已输错3次", "3 times"),
    ("wrong documents", lambda: wrong(TryKind.DOCUMENT), "姓名证件今天已输错3次", "3 times"),
    ("wrong vouchers", lambda: wrong(TryKind.VOUCHER), "今天已输错5次卡号", "5 wrong codes"),
    (
        "no password",
        lambda: check_service_password(open_line().line_id, "1", NOW),
        "还没有服务密码",
        "no service password yet",
    ),
    (
        "five digits",
        lambda: set_service_password(1, WANG, "28365", NOW, by="x"),
        "须为6位数字",
        "six digits",
    ),
    (
        "too easy",
        lambda: set_service_password(1, WANG, "345678", NOW, by="x"),
        "太简单",
        "too easy",
    ),
    (
        "no document",
        lambda: is_holder(open_line().line_id, "王小明", "1"),
        "没有登记您的证件",
        "No document",
    ),
    (
        "no card",
        lambda: record_document(1, DocumentKind.IDENTITY_CARD, "360102199003070000", NOW, by="x"),
        "逐位核对",
        "digit by digit",
    ),
    (
        "no address",
        lambda: set_medium_of_line(
            open_line().line_id, ContactMedium(kind=MediumKind.EMAIL, value="tea"), NOW
        ),
        "“tea”不是有效的邮箱",
        "'tea' is no mail address",
    ),
    (
        "no voucher",
        lambda: redeem_voucher(open_line().account_id, "TEA", NOW),
        "没有这个卡号",
        "no such code",
    ),
    (
        "late voucher",
        lambda: redeem_voucher(open_line().account_id, a_voucher(timedelta(days=-1)), NOW),
        "已过期",
        "has expired",
    ),
    ("used voucher", voucher_used_before, "已经用过", "was used before"),
    ("no issuer", invoice_issuer, "暂不能开电子发票", "not issued here yet"),
    ("nothing to invoice", lambda: invoiced("甲", -100), "没有可开票金额", "nothing to invoice"),
    ("no title", lambda: invoiced(" "), "发票抬头", "made out"),
    ("another title", lambda: invoiced("甲", 5_900, "乙"), "其他抬头", "another title"),
    (
        "main with others",
        lambda: could_move(family_of(1)[0], a_group(number=ZHAO)),
        "请先让副卡退出",
        "let them leave first",
    ),
    ("five cards", full_family, "已有4张副卡", "4 secondary cards"),
    (
        "in it already",
        lambda: could_move(family_of(1)[1], family_of(0)[0].group_id),
        "已在您的家庭中",
        "in your family already",
    ),
    (
        "may not go",
        lambda: issue_porting_code(open_line(), NOW),
        "暂不符合携号转网条件",
        "does not meet the conditions",
    ),
    ("no archive", no_archive, "详单暂时查不到", "cannot be looked up now"),
    ("many lines", too_many_lines, "最多绑定10个号码", "has at most 10 lines"),
    *OF_STOPS,
    *OF_QUEUES,
    *OF_AUCTIONS,
    *OF_PAYMENTS,
    *OF_OTHERS,
]


def message_of(refuse: Callable[[], object]) -> WanhaoError:
    """What a room says; nothing of it stays."""
    with pytest.raises(WanhaoError) as found, transaction.atomic():
        refuse()
    return found.value


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_refusal_is_told_in_both_languages(case: Refused) -> None:
    _, refuse, zh, en = case
    refusal = refusal_of(message_of(refuse))
    assert zh in refusal.zh
    assert en in refusal.en
    assert len(refusal.zh) <= 70


def elsewhere() -> object:
    return cancel_product(1, "sms-pack-5", NOW)


@pytest.mark.usefixtures("billed_elsewhere")
def test_where_billing_is_foreign_products_are_had_elsewhere() -> None:
    assert refusal_of(message_of(elsewhere)).zh == "这项业务请拨打10000或到营业厅办理。"


def test_every_wording_fits_something_that_a_room_really_says() -> None:
    messages = [str(message_of(refuse)) for _, refuse, _, _ in CASES]
    provide_billing(ForeignBilling())
    messages.append(str(message_of(elsewhere)))
    provide_billing(OwnBilling())
    used = {next(one for one in wordings() if one.begins.match(said)) for said in messages}
    left = [one.begins.pattern for one in wordings() if one not in used]
    assert [one for one in left if not one.startswith(ELSEWHERE)] == []


def test_what_nobody_put_into_words_is_for_the_hotline() -> None:
    refusal = refusal_of(WanhaoError("The moon is full.", "Wait."))
    assert refusal.zh == UNKNOWN_ZH
    assert "The moon is full. Wait." in refusal.en
