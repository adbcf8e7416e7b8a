"""Balances, the payments that raise them, and the entries that explain them."""

from typing import ClassVar

from django.db import models


class AccountBalance(models.Model):
    """What an account has, in fen; always the sum of its entries."""

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


class Payment(models.Model):
    """Money received for an account; never changed, never deleted."""

    account = models.ForeignKey(AccountBalance, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="payment_is_more_than_nothing"
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="payment_has_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


class LedgerEntry(models.Model):
    """A movement between a book and an account's balance; never changed, never deleted.

    `amount_fen` raises the account's balance and lowers the book by the same amount, so both sides
    of the double entry are in one row.
    """

    class Book(models.TextChoices):
        """The other side of an entry."""

        PAYMENTS = "payments", "payments received"

    account = models.ForeignKey(AccountBalance, on_delete=models.PROTECT, related_name="+")
    book = models.CharField(max_length=16, choices=Book.choices)
    amount_fen = models.BigIntegerField()
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(amount_fen=0), name="entry_moves_something"),
            models.CheckConstraint(
                condition=models.Q(book="payments", payment__isnull=False, amount_fen__gt=0),
                name="entry_of_a_payment_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book} {self.amount_fen}"
