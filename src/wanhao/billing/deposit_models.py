"""Deposits of bidders: money of an account that is held in a book of its own."""

from typing import ClassVar

from django.db import models

from wanhao.billing.deposit_contracts import DepositState


class Deposit(models.Model):
    """An account's general money that is held, and what became of it; held once per reference."""

    account = models.ForeignKey(
        "wanhao_billing.AccountBalance", on_delete=models.PROTECT, related_name="+"
    )
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=8, choices=[(one.value, one.value) for one in DepositState])
    held_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="deposit_is_more_than_nothing"
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="deposit_has_reference"),
            models.CheckConstraint(
                condition=models.Q(state="held", settled_at__isnull=True)
                | models.Q(state__in=["returned", "spent", "kept"], settled_at__isnull=False),
                name="deposit_is_held_or_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.amount_fen} fen {self.state}"
