"""Credit limits of accounts, and stops of service for what they owe.

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


class ServiceStop(models.Model):
    """Service stopped one way, from `since` until it was lifted; one at a time for an account."""

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    cycle = models.IntegerField(help_text="The month whose bill was not paid.")
    owed_fen = models.BigIntegerField()
    reason = models.CharField(max_length=16, choices=[("arrears", "arrears")])
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at=None), name="service_stop_live_once"
            ),
            models.UniqueConstraint(fields=["account", "cycle"], name="service_stop_once_a_bill"),
            models.CheckConstraint(condition=Q(owed_fen__gt=0), name="service_stop_for_a_debt"),
            models.CheckConstraint(
                condition=Q(reason__in=["arrears"]), name="service_stop_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=models.F("since")),
                name="service_stop_lifted_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} stopped since {self.since}"
