"""What customers have, the journal that explains it, and the papers behind its entries.

Balances are changed by the database alone, from the postings (see the migration): whatever is
posted is in the balance, and nothing else is.
"""

from enum import StrEnum
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from wanhao.billing.bill_models import Bill, BillItem, BillRun, IssuedEInvoice
from wanhao.billing.books import Book
from wanhao.billing.cash_models import CashReceipt
from wanhao.billing.contracts import BalanceKind, Channel, JournalKind, ReturnKind
from wanhao.billing.credit_models import CreditLimit
from wanhao.billing.deposit_models import Deposit
from wanhao.billing.foreign_models import ForeignFeed, ForeignFunds, ForeignPayment, ForeignTerms
from wanhao.billing.order_models import (
    ChannelNotice,
    OrderRefund,
    PaymentDifference,
    PaymentOrder,
    StatementRun,
)
from wanhao.billing.stop_models import EmergencyGrant, LineStop, ServiceStop

# Bills, cash, credit, stops and a foreign billing have their own files; all are known from here.
__all__ = [
    "Bill",
    "BillItem",
    "BillRun",
    "CashReceipt",
    "ChannelNotice",
    "CreditLimit",
    "Deposit",
    "EmergencyGrant",
    "ForeignFeed",
    "ForeignFunds",
    "ForeignPayment",
    "ForeignTerms",
    "IssuedEInvoice",
    "LineStop",
    "OrderRefund",
    "PaymentDifference",
    "PaymentOrder",
    "ServiceStop",
    "StatementRun",
]

Q = models.Q
BUCKET_KINDS = [kind.value for kind in BalanceKind if kind is not BalanceKind.GENERAL]


def _choices(kinds: type[StrEnum]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value) for kind in kinds]


def _one_of(field: str, kinds: type[StrEnum], name: str) -> models.CheckConstraint:
    values = [kind.value for kind in kinds]
    return models.CheckConstraint(condition=Q(**{f"{field}__in": values}), name=name)


class AccountBalance(models.Model):
    """An account's general money in fen, below zero when it owes; the sum of its postings.

    Whoever moves any money of an account locks this row first.
    """

    account = models.OneToOneField(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        primary_key=True,
    )
    balance_fen = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.balance_fen} fen"


class BalanceBucket(models.Model):
    """Gifted, restricted or prestored money of an account; the sum of its postings.

    Restricted money pays for some books only. Prestored money (`total_fen`) goes back to the
    general balance in equal `parts`, one a cycle from `first_cycle` on; `returned_parts` are done.
    """

    account = models.ForeignKey(AccountBalance, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=_choices(BalanceKind))
    balance_fen = models.BigIntegerField(default=0)
    pays_for = ArrayField(models.CharField(max_length=24), default=list)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    total_fen = models.BigIntegerField(null=True)
    parts = models.SmallIntegerField(null=True)
    first_cycle = models.IntegerField(null=True)
    returned_parts = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=BUCKET_KINDS), name="bucket_kind_known"),
            models.CheckConstraint(condition=Q(balance_fen__gte=0), name="bucket_never_owes"),
            models.CheckConstraint(
                condition=Q(kind="restricted", pays_for__len__gt=0)
                | (~Q(kind="restricted") & Q(pays_for__len=0)),
                name="bucket_restricted_to_something",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind="prestored",
                    total_fen__isnull=False,
                    total_fen__gt=0,
                    parts__isnull=False,
                    parts__gt=0,
                    first_cycle__isnull=False,
                    expires_at=None,
                )
                | (~Q(kind="prestored") & Q(total_fen=None, parts=None, first_cycle=None)),
                name="bucket_prestored_has_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(returned_parts=0)
                | Q(kind="prestored", returned_parts__gt=0, returned_parts__lte=models.F("parts")),
                name="bucket_returns_no_more_than_its_parts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="bucket_of_account"),
            models.Index(
                fields=["expires_at", "account"],
                condition=Q(expires_at__isnull=False),
                name="bucket_lapses",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.balance_fen} fen {self.kind}"


class JournalTransaction(models.Model):
    """Why money moved; never changed, never deleted. Its postings sum to zero."""

    kind = models.CharField(max_length=12, choices=_choices(JournalKind))
    reference = models.CharField(max_length=96)
    at = models.DateTimeField()
    cycle = models.IntegerField(null=True)
    memo = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            _one_of("kind", JournalKind, "journal_kind_known"),
            models.UniqueConstraint(fields=["kind", "reference"], name="journal_happens_once"),
            models.CheckConstraint(condition=~Q(reference=""), name="journal_has_reference"),
            models.CheckConstraint(
                condition=Q(kind="charge", cycle__isnull=False)
                | (~Q(kind="charge") & Q(cycle__isnull=True)),
                name="journal_charge_names_its_cycle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class Posting(models.Model):
    """An amount in one book: above zero credit, below zero debit; never changed, never deleted.

    A posting in a customer's book names the account, and the bucket unless it is general money.
    """

    transaction = models.ForeignKey(JournalTransaction, on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=24, choices=_choices(Book))
    account = models.ForeignKey(
        AccountBalance, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    bucket = models.ForeignKey(
        BalanceBucket, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            _one_of("book", Book, "posting_book_known"),
            models.CheckConstraint(condition=~Q(amount_fen=0), name="posting_moves_something"),
            models.CheckConstraint(
                condition=Q(book="general", account__isnull=False, bucket__isnull=True)
                | Q(book__in=BUCKET_KINDS, account__isnull=False, bucket__isnull=False)
                | (
                    ~Q(book__in=["general", *BUCKET_KINDS])
                    & Q(account__isnull=True, bucket__isnull=True)
                ),
                name="posting_of_a_customer_names_him",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "id"],
                condition=Q(account__isnull=False),
                name="posting_of_account",
            ),
            models.Index(
                fields=["bucket"], condition=Q(bucket__isnull=False), name="posting_of_bucket"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.amount_fen}"


class Payment(models.Model):
    """Money received for an account; never changed, never deleted."""

    account = models.ForeignKey(AccountBalance, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=16, choices=_choices(Channel))
    kind = models.CharField(max_length=10, choices=_choices(BalanceKind))
    bucket = models.ForeignKey(BalanceBucket, on_delete=models.PROTECT, related_name="+", null=True)
    received_at = models.DateTimeField()
    transaction = models.OneToOneField(
        JournalTransaction, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="payment_is_more_than_nothing"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="payment_has_reference"),
            _one_of("channel", Channel, "payment_channel_known"),
            models.CheckConstraint(
                condition=Q(kind="general", bucket__isnull=True)
                | Q(kind__in=["restricted", "prestored"], bucket__isnull=False),
                name="payment_went_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PaymentReturn(models.Model):
    """A refund or a charge-back of a payment; never changed, never deleted."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=_choices(ReturnKind))
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64)
    returned_at = models.DateTimeField()
    transaction = models.OneToOneField(
        JournalTransaction, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            _one_of("kind", ReturnKind, "return_kind_known"),
            models.UniqueConstraint(fields=["kind", "reference"], name="return_happens_once"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="return_is_more_than_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class VoucherBatch(models.Model):
    """Vouchers that were issued together, all of one face value."""

    name = models.CharField(max_length=48, unique=True)
    face_fen = models.BigIntegerField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(face_fen__gt=0), name="voucher_is_worth_something"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("issued_at")), name="voucher_lives_a_while"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Voucher(models.Model):
    """One voucher; its code is kept only as a hash. Redeemed by one payment at most."""

    batch = models.ForeignKey(VoucherBatch, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+", null=True)

    def __str__(self) -> str:
        return f"voucher {self.pk} of batch {self.batch_id}"


class Arrears(models.Model):
    """Penalties on an account's overdue debt.

    `fen_days` adds up what was overdue on each day of the present run of days, `charged_fen` is
    what that run was charged; `unpaid_fen` are penalties on which none may be charged.
    """

    account = models.OneToOneField(
        AccountBalance, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    last_day = models.DateField()
    fen_days = models.BigIntegerField(default=0)
    charged_fen = models.BigIntegerField(default=0)
    unpaid_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fen_days__gte=0, charged_fen__gte=0, unpaid_fen__gte=0),
                name="arrears_are_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} until {self.last_day}"


class MoneyTask(models.Model):
    """How far a daily task about money is: every day up to `done_day`, and on the next one every
    account up to `after_account`."""

    name = models.CharField(max_length=16, primary_key=True)
    done_day = models.DateField()
    after_account = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} until {self.done_day}"
