"""Bills of a foreign billing are shown as it issued them, and move no money here."""

import pytest
from django.db import IntegrityError, transaction

from tests.billing.foreign.peers import bill
from tests.workflows.foreign_accounts import NOW, opened
from wanhao.billing.bills import queries as bills
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import LineKind
from wanhao.billing.bills.wording import sections
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import WrongAnswerError
from wanhao.billing.foreign.feeds import bills_feed, feed_cursor
from wanhao.billing.models import Bill
from wanhao.billing.ports import Billing, billing_source
from wanhao.billing.queries import balances
from wanhao.parties.contracts import Language
from wanhao.project.demo.billing_peer import PeerServer
from wanhao.workflows.import_bills import import_bills

pytestmark = pytest.mark.usefixtures("catalogue", "billed_elsewhere")


def test_a_bill_is_shown_as_it_was_given(client: ForeignBillingClient, peer: PeerServer) -> None:
    (account,) = opened("A1")
    peer.books.bills[202610] = [bill()]
    step = import_bills(client, 202610, NOW)
    assert (step.changes, step.repeated, step.unknown, step.different) == (1, 0, 0, 0)

    view = bills.bill(account.account_id, 202610)
    assert view is not None
    assert (view.total_fen, view.imported, view.journal) == (10634, True, "foreign-A1-202610")
    assert [(line.kind, line.name_zh, line.fen) for line in view.lines] == [
        (LineKind.FOREIGN, "金卡套餐月费", 9900),
        (LineKind.FOREIGN, "套餐外流量", 1234),
        (LineKind.FOREIGN, "老用户优惠", -500),
    ]
    (section,) = sections(view.lines, Language.EN)
    assert [(line.title, line.notes) for line in section.lines] == [
        ("Gold plan", ()),
        ("套餐外流量", ("123.4 MB × 0.10",)),
        ("Loyalty discount", ()),
    ]
    (summary,) = billing_source().bills(account.account_id, 5)
    assert (summary.source, summary.number) == (Billing.FOREIGN, "A1-202610")


def test_an_imported_bill_is_not_in_our_ledger(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    peer.books.bills[202610] = [bill()]
    import_bills(client, 202610, NOW)

    assert balances([account.account_id]) == {account.account_id: 0}
    checked = check_bills(202610)
    assert (checked.bills, checked.bills_fen, checked.ledger_fen, checked.holds) == (0, 0, 0, True)


def test_importing_again_changes_nothing(client: ForeignBillingClient, peer: PeerServer) -> None:
    (account,) = opened("A1")
    peer.books.bills[202610] = [bill()]
    import_bills(client, 202610, NOW)
    other = bill(number="A1-corrected")
    peer.books.bills[202610] += [bill(), other]
    step = import_bills(client, 202610, NOW)

    assert (step.changes, step.repeated, step.different) == (0, 1, 1)
    view = bills.bill(account.account_id, 202610)
    assert view is not None
    assert view.journal == "foreign-A1-202610"


def test_a_month_comes_page_by_page_and_only_what_is_new(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    opened("A1", "A2", "A3")
    peer.books.page = 1
    peer.books.bills[202610] = [bill("A1"), bill("A2"), bill("X")]
    steps = [import_bills(client, 202610, NOW) for _ in range(4)]
    assert [(step.changes, step.unknown, step.more) for step in steps] == [
        (1, 0, True),
        (1, 0, True),
        (0, 1, False),
        (0, 0, False),
    ]
    peer.books.bills[202610].append(bill("A3"))
    assert import_bills(client, 202610, NOW).changes == 1


def test_a_page_with_one_wrong_bill_imports_none(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    opened("A1", "A2")
    peer.books.bills[202610] = [bill("A1"), bill("A2", total_fen=1)]
    with pytest.raises(WrongAnswerError):
        import_bills(client, 202610, NOW)
    assert (Bill.objects.count(), feed_cursor(bills_feed(202610))) == (0, "")


def test_the_database_knows_an_imported_bill_by_its_number() -> None:
    (account,) = opened("A1")
    with pytest.raises(IntegrityError), transaction.atomic():
        Bill.objects.create(
            account_id=account.account_id,
            cycle=202610,
            total_fen=0,
            lines=[],
            issued_at=NOW,
            due_on=NOW.date(),
            journal="bills-202610-1",
            source="foreign",
        )
