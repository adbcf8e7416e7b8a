"""Service at the counters of halls.

These tables stand beside `models.py`, which brings them into the room.
"""

from typing import ClassVar

from django.db import models

from wanhao.outlets.counter_contracts import Purpose, StepKind

Q = models.Q
LONGEST_NOTE = 200


class CounterService(models.Model):
    """A customer served by a clerk at a hall, why, and how sure the clerk was of who it is."""

    clerk = models.ForeignKey("wanhao_staff.Employee", on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Purpose])
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    level = models.SmallIntegerField(default=1)
    code_id = models.BigIntegerField(null=True)
    code_read_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["clerk"], condition=Q(ended_at__isnull=True), name="service_of_clerk_once"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=[one.value for one in Purpose]),
                name="service_purpose_known",
            ),
            models.CheckConstraint(
                condition=Q(level__range=(1, 3)), name="service_level_one_to_three"
            ),
        ]

    def __str__(self) -> str:
        return f"service {self.pk}"


class CounterStep(models.Model):
    """What happened in a service; never changed, never deleted."""

    service = models.ForeignKey(CounterService, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=18, choices=[(one.value, one.name) for one in StepKind])
    at = models.DateTimeField()
    item = models.CharField(max_length=32, blank=True, default="")
    words = models.TextField(blank=True, default="")
    reference = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[one.value for one in StepKind]), name="step_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of service {self.service_id}"


class CounterReceipt(models.Model):
    """What a customer took home; `sequence` counts a hall's receipts of a day of Asia/Shanghai."""

    service = models.ForeignKey(CounterService, on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sequence = models.IntegerField()
    reference = models.CharField(max_length=64, unique=True)
    item = models.CharField(max_length=32)
    title = models.CharField(max_length=80)
    agreed = models.TextField(blank=True, default="")
    done = models.TextField()
    amount_fen = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    copies = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hall", "day", "sequence"], name="counter_receipt_numbered_once"
            ),
            models.CheckConstraint(
                condition=~Q(reference="") & ~Q(done="") & Q(sequence__gt=0),
                name="counter_receipt_of_something",
            ),
        ]

    def __str__(self) -> str:
        return f"receipt {self.reference}"


class DrawerClosing(models.Model):
    """A clerk's cash counted at the end of a day at a hall; once, and never changed."""

    clerk = models.ForeignKey("wanhao_staff.Employee", on_delete=models.PROTECT, related_name="+")
    hall = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    payments = models.IntegerField()
    expected_fen = models.BigIntegerField()
    counted_fen = models.BigIntegerField()
    note = models.CharField(max_length=LONGEST_NOTE, blank=True, default="")
    closed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clerk", "hall", "day"], name="drawer_closed_once"),
            models.CheckConstraint(
                condition=Q(counted_fen__gte=0, expected_fen__gte=0, payments__gte=0),
                name="drawer_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(counted_fen=models.F("expected_fen")) | ~Q(note=""),
                name="drawer_difference_is_explained",
            ),
        ]

    def __str__(self) -> str:
        return f"drawer of {self.clerk_id} on {self.day}"
