"""A customer who pays afterwards, their bills, and the workers that keep what was promised."""

from datetime import datetime, timedelta

from tests.billing.bills.examples import rent
from tests.parties.examples import a_line, an_account
from wanhao.billing.bills.actions import due_date, issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.communications.actions import claim_for_sending, mark_accepted, release_due
from wanhao.communications.models import CommunicationMessage, ReminderDecision
from wanhao.loyalty.models import HeldRight
from wanhao.network.contracts import Barring
from wanhao.network.queries import profiles_of_number
from wanhao.parties.contracts import PayType
from wanhao.project.keepers import QUICK, SLOW
from wanhao.promises.actions import keep_due
from wanhao.promises.queries import next_due
from wanhao.usage.contracts import FundsFact
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.grant_promises import END_GRANT
from wanhao.workflows.keep_number import END_KEEPING
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.promise_stops import BEFORE_STOP, promise_stops
from wanhao.workflows.stop_steps import ANNOUNCE_STEP, NEXT_STEP, STOP_SERVICE

OCTOBER, DUE_DAY = 202610, 25
KEEPERS = {
    kind: {**QUICK, **SLOW}[kind]
    for kind in (BEFORE_STOP, STOP_SERVICE, ANNOUNCE_STEP, NEXT_STEP, END_GRANT, END_KEEPING)
}
MINUTE = timedelta(minutes=1)


def fen(yuan: str) -> int:
    """Yuan as a page writes them, in fen; "none" is nothing."""
    if yuan == "none":
        return 0
    whole, _, part = yuan.lstrip("-").partition(".")
    amount = int(whole) * 100 + int(f"{part:0<2}")
    return -amount if yuan.startswith("-") else amount


def yuan(amount: int) -> str:
    """Fen as a page writes them."""
    sign, whole = "-" if amount < 0 else "", abs(amount)
    return f"{sign}{whole // 100}.{whole % 100:02}" if amount else "0"


def at(text: str) -> datetime:
    """A time as a page writes it, in Asia/Shanghai."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


def clock(instant: datetime | None) -> str:
    """An instant as a page writes it."""
    return instant.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if instant else "never"


def opened(number: int = 16907910001, pay_type: PayType = PayType.POSTPAID) -> int:
    """An account with one line on 乐享4G 59."""
    account = an_account(f"A{number}", (a_line(number),), pay_type=pay_type)
    order = AccountOrder(account=account, offering_codes=("lexiang-4g-59",))
    return open_accounts([order], at("2026-10-01 10:00"))[0].account_id


def billed(account: int, amount: int, cycle: int = OCTOBER, now: str = "2026-11-04 10:00") -> None:
    """Issue one bill, and promise what follows from it, as a run of bills does."""
    draft = BillDraft(account_id=account, cycle=cycle, lines=(rent(amount),))
    issue_bills([draft], at(now), due_day=DUE_DAY)
    promise_stops(cycle, due_date(cycle, DUE_DAY), at(now))


def keep_until(end: datetime) -> None:
    """Let a worker keep every promise at its time, up to and at `end`."""
    while (due := next_due(KEEPERS)) is not None and due <= end:
        keep_due(KEEPERS, due)


def accept_messages(now: datetime) -> None:
    """Let the network take every message that may be sent."""
    release_due(now)
    for message in claim_for_sending("sms", 100, now):
        mark_accepted(message.message_id, [f"id-{message.message_id}"], now)


def announced(account: int) -> list[int]:
    """What the account was told it owes, in fen, in that order."""
    rows = ReminderDecision.objects.filter(rule="before-stop", subject_id=account)
    return [row.trigger["said"]["owed"] for row in rows.order_by("decided_at")]


def messages_of(rule: str) -> list[CommunicationMessage]:
    return list(CommunicationMessage.objects.filter(rule=rule).order_by("id"))


def barring_of(number: int) -> Barring | None:
    """What the network was last asked to bar of a number; None when it was asked nothing."""
    found = profiles_of_number(number)
    return found[0].barring if found else None


def watched_funds(facts: list[object], account: int) -> FundsFact:
    """The last thing the meter was told of the account's money."""
    told = [fact for fact in facts if isinstance(fact, FundsFact) and fact.account_id == account]
    return told[-1]


def stopped_account(rights: int = 2, number: int = 16907910001) -> int:
    """An account stopped one way, whose star gives the right so many times."""
    account = opened(number)
    billed(account, 5900)
    keep_until(at("2026-11-26 08:00"))
    accept_messages(at("2026-11-26 08:00"))
    keep_until(at("2026-11-26 09:00"))
    if rights:
        give_power_on(account, rights)
    return account


def give_power_on(account: int, times: int) -> None:
    """Let the account's star give the right so many times in this year."""
    HeldRight.objects.create(
        account_id=account,
        code="mobile-power-on",
        percent=0,
        times=times,
        left=times,
        begins_at=at("2026-01-01 00:00"),
        ends_at=at("2027-01-01 00:00"),
    )
