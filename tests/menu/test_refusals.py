"""What rooms refuse is told in both languages: every wording fits what a room really says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from tests.billing.foreign.peers import billed_elsewhere, client, peer
from tests.loyalty.examples import give_points
from tests.menu.items.customers import LI, NOW, WANG, ZHAO, open_line
from tests.parties.examples import an_account
from wanhao.billing.foreign.source import ForeignBilling
from wanhao.billing.ports import provide_billing
from wanhao.communications.optouts import set_opt_out
from wanhao.loyalty.redeeming import could_redeem, redeem
from wanhao.menu.refusing import UNKNOWN_ZH, refusal_of, wordings
from wanhao.parties.actions import open_accounts
from wanhao.parties.deciding import refuse_secondary
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.contracts import Offering
from wanhao.products.ordering import could_cancel, could_change_plan, could_order, refuse_cheaper
from wanhao.products.queries import offering
from wanhao.values.errors import WanhaoError
from wanhao.workflows.bill_ourselves import OwnBilling
from wanhao.workflows.cancel_product import cancel_product
from wanhao.workflows.continue_data import continue_data
from wanhao.workflows.order_product import order_product

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


ABOUT_GIFTS = (
    "Only holders",
    "Only the main card",
    "This number cannot be given data",
    "In the last",
    "Data was given",
    "Only 0 MB",
    "Only (?P<mb>",
    "The meter is not up to date",
    "Service is stopped, so no data",
)
"""What is refused of gifts of data is held by tests of their own."""

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
    messages = [message_of(refuse).message for _, refuse, _, _ in CASES]
    provide_billing(ForeignBilling())
    messages.append(message_of(elsewhere).message)
    provide_billing(OwnBilling())
    used = {next(one for one in wordings() if one.begins.match(said)) for said in messages}
    left = [one.begins.pattern for one in wordings() if one not in used]
    assert [one for one in left if not one.startswith(ABOUT_GIFTS)] == []


def test_what_nobody_put_into_words_is_for_the_hotline() -> None:
    refusal = refusal_of(WanhaoError("The moon is full.", "Wait."))
    assert refusal.zh == UNKNOWN_ZH
    assert "The moon is full. Wait." in refusal.en
