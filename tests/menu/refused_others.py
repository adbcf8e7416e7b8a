"""What is refused of things chosen that are not there, of a star's rights, and of amounts."""

from collections.abc import Callable
from datetime import timedelta

from tests.loyalty.examples import give_points
from tests.menu.items.customers import LI, NOW, WANG, open_line
from tests.menu.refused_queues import taken
from tests.menu.refused_stops import STOPPED, power_on, stopped
from tests.outlets.halls import BY, HALL, MORNING
from tests.workflows.channels_made_up import MadeUpChannel
from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import NewOrder, Showing
from wanhao.billing.orders.ports import provide_channels
from wanhao.loyalty.models import HeldRight
from wanhao.loyalty.redeeming import redeem, reverse_redemption
from wanhao.outlets.calling import begin_serving, call_next, finish
from wanhao.outlets.taking import give_back, take_ticket
from wanhao.parties.binding import bind_line, rebind_line
from wanhao.parties.care import end_care
from wanhao.parties.freezing import keep_back, refuse_frozen
from wanhao.parties.moving import lock_line
from wanhao.products.pausing import pause_group
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.begin_payment import begin_payment
from wanhao.workflows.move_card import move_card
from wanhao.workflows.open_login import open_login


def served_already() -> object:
    ticket = taken()
    call_next(HALL, 1, MORNING, by=BY)
    begin_serving(ticket.ticket_id, MORNING, by=BY)
    finish(ticket.ticket_id, MORNING, by=BY)
    return give_back(ticket.ticket_id, MORNING, by=BY)


def kept_back() -> None:
    keep_back(WANG, NOW + timedelta(days=1), NOW)
    refuse_frozen(WANG, NOW)


def nothing_monthly() -> None:
    pause_group(999_999, from_cycle=202612, fee_fen=500, kept_for=1)


def never_had() -> object:
    login = open_login(open_line().number, NOW)
    return rebind_line(login, open_line(LI).line_id, NOW, by="x")


def taken_back_twice() -> None:
    account = open_line().account_id
    give_points(account, 2026, 9_000)
    redeem(account_id=account, item="umbrella", quantity=1, reference="R1", now=NOW)
    for reversal in ("B1", "B2"):
        reverse_redemption(reference="R1", reversal=reversal, now=NOW)


def right_over() -> None:
    account = stopped(rights=1)
    HeldRight.objects.update(ends_at=STOPPED)
    power_on(account)


def right_used_up() -> None:
    account = stopped(rights=1)
    HeldRight.objects.update(left=0)
    power_on(account)


def paying_too_much() -> object:
    provide_channels({Channel.WECHAT: MadeUpChannel()})
    asked = NewOrder(
        reference="much",
        account_id=open_line().account_id,
        amount_fen=100_000_000,
        channel=Channel.WECHAT,
        showing=Showing.CODE,
        asked_by="login 1",
        door="web",
    )
    try:
        return begin_payment(asked, NOW)
    finally:
        provide_channels({})


OF_OTHERS: list[tuple[str, Callable[[], object], str, str]] = [
    ("no such hall", lambda: take_ticket("H9", MORNING, by=BY), "没有“H9”营业厅", "no hall 'H9'"),
    ("served already", served_already, "A001号已有变化", "A001 has gone on"),
    ("kept back", kept_back, "保留至2026-11-", "is kept back until 2026-11-"),
    ("no number", lambda: Msisdn(5), "5不是手机号码", "5 is no mobile number"),
    ("nobody's number", lambda: lock_line(WANG), f"{WANG}不是本网在用号码", "no number in use"),
    (
        "no family",
        lambda: move_card(open_line().number, None, "lexiang-4g-59", NOW),
        "不在任何家庭中",
        "is in no family",
    ),
    ("no line to bind", lambda: bind_line(1, 999_999, NOW, by="x"), "已停用", "no longer in use"),
    ("never had it", never_had, "没有绑定过", "never had that number"),
    (
        "no care file",
        lambda: end_care(9, 9, NOW, by="x"),
        "没有找到这份关怀",
        "no such care file",
    ),
    ("no monthly plan", nothing_monthly, "没有月费套餐", "no monthly plan"),
    ("taken back", taken_back_twice, "已撤销或不存在", "taken back already"),
    ("right over", right_over, "星级权益已到期", "ended with your former star"),
    ("right used up", right_used_up, "权益的1次已用完", "1 times, all there are"),
    ("too much to pay", paying_too_much, "不能缴¥1,000,000.00", "can be paid at once"),
]
