"""Payments through channels that the customer pays at.

They stand beside `models.py`, which brings them into the room.
"""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from wanhao.billing.order_contracts import (
    CHANNELS,
    DifferenceKind,
    OrderState,
    RefundState,
    Showing,
    Verdict,
)

Q, F = models.Q, models.F
CHANNEL_NAMES = [channel.value for channel in CHANNELS]
UNPAID = ["waiting", "closed"]


def _choices(kinds: type[StrEnum]) -> list[tuple[str, str]]:
    return [(kind.value, kind.value) for kind in kinds]


def _one_of(field: str, kinds: list[str], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(**{f"{field}__in": kinds}), name=name)


class PaymentOrder(models.Model):
    """A payment a customer makes at a channel; its number is the payment's reference.

    `look_at` is when the channel is asked about it if it has said nothing; `settled_on` the day of
    the statement it was in.
    """

    number = models.CharField(max_length=32, unique=True)
    reference = models.CharField(max_length=64, unique=True)
    account = models.ForeignKey(
        "wanhao_parties.BillingAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    line = models.ForeignKey(
        "wanhao_parties.Line",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        null=True,
    )
    amount_fen = models.BigIntegerField()
    channel = models.CharField(max_length=16)
    showing = models.CharField(max_length=8, choices=_choices(Showing))
    address = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=_choices(OrderState))
    asked_by = models.CharField(max_length=64)
    door = models.CharField(max_length=16)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    transaction_id = models.CharField(max_length=64, null=True)
    paid_at = models.DateTimeField(null=True)
    refunded_fen = models.BigIntegerField(default=0)
    look_at = models.DateTimeField(null=True)
    looks = models.SmallIntegerField(default=0)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            _one_of("channel", CHANNEL_NAMES, "payment_order_channel_known"),
            _one_of("state", [kind.value for kind in OrderState], "payment_order_state_known"),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(reference=""), name="payment_order_has_reference"
            ),
            models.CheckConstraint(
                condition=Q(
                    amount_fen__gt=0, refunded_fen__gte=0, refunded_fen__lte=F("amount_fen")
                ),
                name="payment_order_refunds_no_more_than_paid",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=UNPAID,
                    transaction_id__isnull=True,
                    paid_at__isnull=True,
                    refunded_fen=0,
                )
                | (~Q(state__in=UNPAID) & Q(transaction_id__isnull=False, paid_at__isnull=False)),
                name="payment_order_paid_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state="refunded", refunded_fen=F("amount_fen"))
                | Q(state="partly-refunded", refunded_fen__gt=0, refunded_fen__lt=F("amount_fen"))
                | Q(state="refunding", refunded_fen__lt=F("amount_fen"))
                | Q(state__in=[*UNPAID, "paid"], refunded_fen=0),
                name="payment_order_state_fits_refunds",
            ),
            models.UniqueConstraint(
                fields=["channel", "transaction_id"], name="payment_order_transaction_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "-id"], name="payment_order_of_account"),
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="payment_order_look"
            ),
            models.Index(fields=["channel", "paid_at"], name="payment_order_of_day"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderRefund(models.Model):
    """Money of an order going back through its channel; asked until the channel has answered."""

    number = models.CharField(max_length=40, unique=True)
    reference = models.CharField(max_length=64, unique=True)
    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    asked_by = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=_choices(RefundState))
    refund_id = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=200, blank=True)
    look_at = models.DateTimeField(null=True)
    looks = models.SmallIntegerField(default=0)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            _one_of("state", [kind.value for kind in RefundState], "order_refund_state_known"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) & ~Q(reason="") & ~Q(asked_by=""),
                name="order_refund_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", settled_at__isnull=True)
                | (~Q(state="asked") & Q(settled_at__isnull=False)),
                name="order_refund_settled_or_asked",
            ),
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="asked"), name="order_refund_one_at_a_time"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["look_at"], condition=Q(look_at__isnull=False), name="order_refund_look"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ChannelNotice(models.Model):
    """A callback of a channel and what became of it; never changed, never deleted."""

    channel = models.CharField(max_length=16)
    at = models.DateTimeField(db_index=True)
    body_hash = models.CharField(max_length=64)
    verdict = models.CharField(max_length=16, choices=_choices(Verdict))
    number = models.CharField(max_length=64, blank=True, db_index=True)
    transaction_id = models.CharField(max_length=64, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    said = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            _one_of("verdict", [kind.value for kind in Verdict], "channel_notice_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.at} {self.verdict}"


class PaymentDifference(models.Model):
    """Where our books and a channel's differ; open until a person settled it, with a note."""

    channel = models.CharField(max_length=16)
    kind = models.CharField(max_length=16, choices=_choices(DifferenceKind))
    number = models.CharField(max_length=64)
    transaction_id = models.CharField(max_length=64, blank=True)
    ours_fen = models.BigIntegerField(null=True)
    theirs_fen = models.BigIntegerField(null=True)
    day = models.DateField(null=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=200, blank=True)
    booked_fen = models.BigIntegerField(default=0)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints: ClassVar = [
            _one_of("kind", [kind.value for kind in DifferenceKind], "difference_kind_known"),
            models.UniqueConstraint(
                fields=["channel", "kind", "number", "transaction_id"], name="difference_told_once"
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by="", booked_fen=0)
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(note="")),
                name="difference_settled_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(booked_fen=0) | Q(booked_fen=F("theirs_fen")),
                name="difference_books_what_came",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["-id"], condition=Q(settled_at__isnull=True), name="difference_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.number}"


class StatementRun(models.Model):
    """A channel's statement of a day, held against our books; the last time counts."""

    channel = models.CharField(max_length=16)
    day = models.DateField()
    done_at = models.DateTimeField()
    rows = models.IntegerField()
    matched = models.IntegerField()
    runs = models.IntegerField(default=1)
    settled_fen = models.BigIntegerField(default=0)
    fees_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "day"], name="statement_run_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}"
