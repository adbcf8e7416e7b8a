"""A foreign billing behind the port: what it told last, and payments that are forwarded to it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from wanhao.billing.bills.history import bill_summaries
from wanhao.billing.contracts import BalanceKind, NewPayment, PaymentResult
from wanhao.billing.foreign.payments import write_payment
from wanhao.billing.foreign.queries import forwarded, told_allowances, told_funds
from wanhao.billing.ports import (
    AccountFunds,
    Billing,
    BillSummary,
    GroupAllowances,
    PaymentView,
)
from wanhao.values.errors import WanhaoError


class ForeignBilling:
    """Answers from what was told, so that a page never waits for the other system."""

    billing = Billing.FOREIGN

    def funds(self, account_ids: Collection[int]) -> Mapping[int, AccountFunds]:
        """What each account can spend, as told last."""
        return told_funds(account_ids)

    def allowances(self, group_ids: Collection[int], cycle: int) -> Mapping[int, GroupAllowances]:
        """What each group may use in a cycle, as told last."""
        return told_allowances(group_ids, cycle)

    def bills(self, account_id: int, latest: int) -> Sequence[BillSummary]:
        """The bills that were imported."""
        return bill_summaries(account_id, latest)

    def payments(self, account_id: int, latest: int) -> Sequence[PaymentView]:
        """Payments that wait, were accepted or refused."""
        return forwarded(account_id, latest)

    def take_payment(self, payment: NewPayment, now: datetime) -> PaymentResult:
        """Write the payment down to be forwarded; the foreign billing has no kinds of money."""
        if payment.kind is not BalanceKind.GENERAL or payment.pays_for:
            raise WanhaoError(
                "A payment for a foreign billing cannot be restricted or prestored.",
                "Take it as general money, or have it entered in that billing.",
            )
        return write_payment(payment, now)
