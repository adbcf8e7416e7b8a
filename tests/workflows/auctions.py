"""Lots, bidders with documents and money, and the worker that keeps what was promised."""

from datetime import UTC, datetime, timedelta

from django.db.models import Sum

from tests.parties.examples import a_line, an_account
from wanhao.billing.books import Book
from wanhao.billing.models import Deposit, Posting
from wanhao.billing.queries import balances
from wanhao.billing.statements import check_ledger, trial_balance
from wanhao.loyalty.auction_contracts import LotView, Placed
from wanhao.loyalty.auction_reading import lot_of
from wanhao.parties.contracts import DocumentKind, LineView, PayType
from wanhao.parties.documents import record_document
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.project.keepers import QUICK, SLOW
from wanhao.promises.actions import keep_due
from wanhao.promises.queries import next_due
from wanhao.workflows.bid_for_lot import bid_for_lot
from wanhao.workflows.end_auctions import END_LOT, PAY_OVER
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.put_up_lot import put_up_lot

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ENDS = NOW + timedelta(days=7)
NUMBER, OTHER_NUMBER = 16900008888, 16900006666
FIRST = 16907910001
HAS_FEN = 100_000
KEEPERS = {END_LOT: QUICK[END_LOT], PAY_OVER: SLOW[PAY_OVER]}
START, STEP, DEPOSIT = 30_000, 1_500, 3_000


def open_bidders(count: int, fen: int = HAS_FEN, *, seen: bool = True) -> list[LineView]:
    """So many people, each with that much money and a document that was seen."""
    load_catalogue()
    orders = [
        AccountOrder(
            account=an_account(f"A{n}", (a_line(FIRST + n),), pay_type=PayType.PREPAID),
            offering_codes=("lexiang-4g-59",),
            opening_balance_fen=fen,
            payment_reference=f"opening-{n}" if fen else "",
        )
        for n in range(count)
    ]
    open_accounts(orders, NOW - timedelta(days=30))
    found = lines_by_number([FIRST + n for n in range(count)])
    lines = [found[FIRST + n] for n in range(count)]
    for place, line in enumerate(lines if seen else []):
        passport = f"E1234567{place}"
        record_document(line.line_id, DocumentKind.PASSPORT, passport, NOW, by="test")
    return lines


def a_lot(number: int = NUMBER, ends_at: datetime = ENDS) -> LotView:
    """A number of level L2: from ¥300, steps of ¥15, a deposit of ¥30."""
    return put_up_lot(number, "L2", ends_at, NOW, by="test")


def bid(
    line: LineView, fen: int, reference: str = "", now: datetime = NOW, number: int = NUMBER
) -> Placed:
    return bid_for_lot(line, number, fen, reference or f"B{line.line_id}-{fen}-{number}", now)


def again(lot: LotView) -> LotView:
    """The lot as it is now."""
    found = lot_of(lot.lot_id)
    assert found is not None
    return found


def keep_until(now: datetime) -> None:
    """The worker, each promise at its time."""
    while (due := next_due(KEEPERS)) is not None and due <= now:
        keep_due(KEEPERS, due)


def has(line: LineView) -> int:
    """An account's money in fen."""
    return balances([line.account_id])[line.account_id]


def in_book(book: Book) -> int:
    """What a book has in fen."""
    return int(Posting.objects.filter(book=book.value).aggregate(f=Sum("amount_fen"))["f"] or 0)


def assert_no_fen_was_lost(lines: list[LineView], began_fen: int) -> None:
    """What people have, what is held and what is for charity is what there was."""
    held = Deposit.objects.filter(state="held").aggregate(f=Sum("amount_fen"))["f"] or 0
    assert in_book(Book.DEPOSITS) == held
    assert sum(map(has, lines)) + held + in_book(Book.CHARITY) == began_fen
    assert all(has(line) >= 0 for line in lines)
    assert check_ledger().faults == ()
    assert trial_balance(datetime(2030, 1, 1, tzinfo=UTC)).holds
