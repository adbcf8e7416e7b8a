"""What is refused of stops, kept numbers and power-on: why, and how it is told."""

from collections.abc import Callable
from datetime import timedelta

from tests.menu.items.customers import LI, NOW, WANG, open_line
from tests.workflows.debtors import at, billed, give_power_on, opened
from wanhao.billing.line_stops import end_grants
from wanhao.billing.stop_contracts import NewStop
from wanhao.billing.stops import begin_stops
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.emergency_resume import emergency_resume
from wanhao.workflows.keep_number import keep_number, resume_number
from wanhao.workflows.move_card import move_card
from wanhao.workflows.order_product import order_product
from wanhao.workflows.report_loss import report_loss

STOPPED = at("2026-11-26 12:00")


def kept(months: int, *cards: int) -> None:
    open_line(WANG, "lexiang-4g-59", *cards)
    keep_number(WANG, months, NOW)


def kept_and_ordering() -> None:
    kept(1)
    order_product(lines_by_number([WANG])[WANG].group_id, "sms-pack-5", NOW)


def overdue() -> int:
    account = opened()
    billed(account, 5_900)
    return account


def owing() -> None:
    overdue()
    keep_number(WANG, 1, STOPPED)


def overdue_and_ordering() -> None:
    overdue()
    order_product(lines_by_number([WANG])[WANG].group_id, "sms-pack-5", STOPPED)


def stopped(*, rights: int = 0) -> int:
    """A stop as a worker begins it, and a right to power-on where there is one."""
    account = overdue()
    begin_stops([NewStop(account_id=account, cycle=202610, owed_fen=5_900)], STOPPED)
    if rights:
        give_power_on(account, rights)
    return account


def stopped_and_ordering() -> None:
    stopped()
    order_product(lines_by_number([WANG])[WANG].group_id, "sms-pack-5", STOPPED)


def power_on(account: int) -> None:
    emergency_resume(account, STOPPED)


def power_on_twice() -> None:
    account = stopped(rights=2)
    power_on(account)
    end_grants([account], STOPPED + timedelta(days=1))
    emergency_resume(account, STOPPED + timedelta(days=2))


def lost_and_moving() -> None:
    open_line(WANG, "lexiang-4g-59", LI)
    report_loss(LI, NOW)
    move_card(LI, None, "lexiang-4g-59", NOW)


OF_STOPS: list[tuple[str, Callable[[], object], str, str]] = [
    ("lost and moving", lost_and_moving, "请先解挂或复机", "in use again first"),
    ("kept too long", lambda: kept(9), "最长3个月", "3 months at most"),
    ("kept with cards", lambda: kept(1, LI), "先退出副卡", "let them leave first"),
    ("kept and owing", owing, "请缴清后再办理停机保号", "please pay first"),
    ("kept and ordering", kept_and_ordering, "请先复机", "use it again first"),
    ("not kept", lambda: resume_number(open_line().number, NOW), "没有停机保号", "not kept"),
    ("not stopped", lambda: power_on(open_line().account_id), "无需紧急开机", "not stopped"),
    ("no right", lambda: power_on(stopped()), "没有剩余", "no emergency"),
    ("power-on twice", power_on_twice, "只能紧急开机一次", "once in a month"),
    ("stopped and ordering", stopped_and_ordering, "请先缴清欠费", "pay what is owed"),
    ("overdue and ordering", overdue_and_ordering, "到期未缴", "is overdue"),
]
