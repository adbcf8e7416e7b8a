"""Credit limits of accounts.

They stand beside `models.py`, which brings them into the room.
"""

from typing import ClassVar

from django.db import models

Q = models.Q


class CreditLimit(models.Model):
    """How much a post-paid account may owe, from `since` until `until`; never more than one."""

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    limit_fen = models.BigIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    set_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(until=None), name="credit_limit_live_once"
            ),
            models.CheckConstraint(condition=Q(limit_fen__gt=0), name="credit_limit_above_nothing"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(set_by=""), name="credit_limit_says_why"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="credit_limit_ends_after_it_began",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-since"], name="credit_limit_history"),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} may owe {self.limit_fen} fen"
