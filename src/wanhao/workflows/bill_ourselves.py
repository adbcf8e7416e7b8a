"""Bill ourselves: our own billing behind the port that a foreign one may take."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from wanhao.billing.actions import record_payments
from wanhao.billing.bills.history import bill_summaries
from wanhao.billing.contracts import NewPayment, PaymentResult
from wanhao.billing.ports import (
    AccountFunds,
    Allowance,
    Billing,
    BillSummary,
    GroupAllowances,
    PaymentView,
)
from wanhao.billing.queries import balances, billed_through
from wanhao.billing.received import received_payments
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import pay_types
from wanhao.products.contracts import Holding, Service
from wanhao.products.queries import holdings
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_terms import OCTETS_PER_MB

SECONDS_PER_MINUTE = 60
LAST_MOMENT = timedelta(microseconds=1)


class OwnBilling:
    """Asks the rooms billing and products; implements `billing.ports.BillingSource`."""

    billing = Billing.OWN

    def funds(self, account_ids: Collection[int]) -> Mapping[int, AccountFunds]:
        """What each prepaid account has; the money of a post-paid one is not watched."""
        has, pays = balances(account_ids), pay_types(account_ids)
        billed = billed_through(account_ids)
        return {
            account_id: AccountFunds(
                account_id=account_id,
                spendable_fen=fen if pays[account_id] is PayType.PREPAID else None,
                billed_through=billed.get(account_id, 0),
            )
            for account_id, fen in has.items()
        }

    def allowances(self, group_ids: Collection[int], cycle: int) -> Mapping[int, GroupAllowances]:
        """What each group holds at the end of a cycle; how much of it is left the meter knows."""
        found = holdings(group_ids, Cycle(cycle).end - LAST_MOMENT)
        return {
            group_id: _allowances(group_id, cycle, holding) for group_id, holding in found.items()
        }

    def bills(self, account_id: int, latest: int) -> Sequence[BillSummary]:
        """The bills we issued."""
        return bill_summaries(account_id, latest)

    def payments(self, account_id: int, latest: int) -> Sequence[PaymentView]:
        """The payments we recorded."""
        return received_payments(account_id, latest)

    def take_payment(self, payment: NewPayment, now: datetime) -> PaymentResult:
        """Record the payment in our ledger."""
        return record_payments([payment], now)[0]


def _allowances(group_id: int, cycle: int, holding: Holding) -> GroupAllowances:
    unit = holding.plan.voice_unit_seconds
    minutes = _with_packs(holding.voice_minutes, Service.VOICE, holding)
    megabytes = _with_packs(holding.data_mb, Service.DATA, holding)
    totals = {
        Service.VOICE: minutes * SECONDS_PER_MINUTE // unit,
        Service.MESSAGE: _with_packs(holding.messages, Service.MESSAGE, holding),
        Service.DATA: megabytes * OCTETS_PER_MB,
    }
    return GroupAllowances(
        group_id=group_id,
        cycle=cycle,
        plan=holding.plan.code,
        voice_unit=unit,
        allowances=tuple(
            Allowance(service=service.value, total=total, left=None)
            for service, total in totals.items()
        ),
    )


def _with_packs(quantity: int, service: Service, holding: Holding) -> int:
    return quantity + sum(pack.quantity for pack in holding.packs if pack.service is service)
