"""The same bills one account at a time, as most billing code is written: read, add up, write."""

from collections import defaultdict
from datetime import UTC, date, datetime

from django.db import transaction

from bench.world import CYCLE
from wanhao.billing.bills.actions import due_date
from wanhao.billing.models import AccountBalance, Bill, JournalTransaction, Posting
from wanhao.parties.models import BillingAccount, LineGroup
from wanhao.products.models import Product
from wanhao.usage.contracts import UsageLine
from wanhao.usage.queries import closed_usage

NOW = datetime(2026, 12, 4, tzinfo=UTC)
# A month of its own, so that the accounts have no bill yet.
PEER_CYCLE = CYCLE + 1


def bill(accounts: int) -> None:
    """Bill the first accounts, each in a transaction of its own."""
    used: dict[int, list[UsageLine]] = defaultdict(list)
    for line in closed_usage(CYCLE, 1, accounts):
        used[line.account_id].append(line)
    for account in BillingAccount.objects.order_by("id")[:accounts]:
        _bill_one(account.pk, used[account.pk], due_date(PEER_CYCLE, 25))


@transaction.atomic
def _bill_one(account_id: int, used: list[UsageLine], due: date) -> None:
    balance = AccountBalance.objects.select_for_update().get(account_id=account_id)
    lines: list[dict[str, object]] = []
    for group in LineGroup.objects.filter(account_id=account_id):
        for product in Product.objects.filter(group_id=group.pk).select_related("offering"):
            terms = product.offering
            lines.append({"kind": "rent", "code": terms.code, "fen": terms.fee_fen})
    for line in used:
        figures = {"used": line.total, "beyond": line.beyond, "price_fen": line.price_fen}
        lines.append({"kind": line.service.value, "fen": line.charge_fen, **figures})
    total = sum(int(str(line["fen"])) for line in lines)
    journal = JournalTransaction.objects.create(
        kind="charge", reference=f"peer-{account_id}", at=NOW, cycle=PEER_CYCLE
    )
    postings = [Posting(transaction=journal, book="general", account=balance, amount_fen=-total)]
    postings += [Posting(transaction=journal, book="revenue-rent", amount_fen=total)]
    Posting.objects.bulk_create(postings)
    Bill.objects.create(
        account_id=account_id,
        cycle=PEER_CYCLE,
        total_fen=total,
        lines=lines,
        issued_at=NOW,
        due_on=due,
        journal=journal.reference,
    )
