"""Cash taken at counters.

Receipts stand beside `models.py`, which brings them into the room.
"""

from typing import ClassVar

from django.db import models

Q = models.Q
LONGEST_HALL = 48


class CashReceipt(models.Model):
    """Cash taken by a clerk at a hall for an account; never changed, never deleted.

    `sequence` counts a hall's receipts of one day of Asia/Shanghai from 1, without gaps.
    """

    reference = models.CharField(max_length=64, unique=True)
    hall = models.CharField(max_length=LONGEST_HALL)
    day = models.DateField()
    sequence = models.IntegerField()
    clerk = models.ForeignKey(
        "wanhao_staff.Employee", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        "wanhao_parties.BillingAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount_fen = models.BigIntegerField()
    taken_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hall", "day", "sequence"], name="cash_receipt_numbered_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0, sequence__gt=0), name="cash_receipt_of_something"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(hall=""), name="cash_receipt_says_where"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["clerk", "day"], name="cash_receipt_of_clerk"),
            models.Index(fields=["account", "-id"], name="cash_receipt_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.hall} {self.day} {self.sequence}"
