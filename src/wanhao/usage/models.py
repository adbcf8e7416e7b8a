"""What the usage room keeps: the facts log, batches, files, quarantine and the meter's pulse."""

from typing import ClassVar

from django.db import models


class Fact(models.Model):
    """One position of the facts log; `body` holds columns, so a position may carry many rows."""

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    body = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Batch(models.Model):
    """One committed step of the meter: a run of facts, or records and their effects.

    The `total_` columns are sums over all batches so far, so that reading them costs one row.
    """

    number = models.BigIntegerField(primary_key=True)
    token = models.UUIDField()
    last_fact = models.BigIntegerField()
    files = models.JSONField(default=list)
    records_in = models.BigIntegerField(default=0)
    metered = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    crossings = models.IntegerField(default=0)
    total_in = models.BigIntegerField(default=0)
    total_metered = models.BigIntegerField(default=0)
    total_duplicate = models.BigIntegerField(default=0)
    total_quarantined = models.BigIntegerField(default=0)
    arrived_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField()
    committed_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    records_in=models.F("metered") + models.F("duplicate") + models.F("quarantined")
                ),
                name="batch_conserves_records",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    total_in=models.F("total_metered")
                    + models.F("total_duplicate")
                    + models.F("total_quarantined")
                ),
                name="batch_conserves_totals",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.number}"


class UsageFile(models.Model):
    """A file that was dropped; its content digest is its identity."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    rows_done = models.BigIntegerField(default=0)
    finished = models.BooleanField(default=False)
    repeats = models.IntegerField(default=0, help_text="How often it was delivered again.")
    trouble = models.TextField(default="", blank=True)
    arrived_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["finished_at"],
                name="usage_file_refused",
                condition=models.Q(finished=True) & ~models.Q(trouble=""),
            )
        ]

    def __str__(self) -> str:
        return self.name


class QuarantinedRecord(models.Model):
    """A record that could not be counted, with the reason and its row as it came."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=255)
    row = models.BigIntegerField()
    reason = models.CharField(max_length=32, db_index=True)
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.file}:{self.row} {self.reason}"


class QuarantineCount(models.Model):
    """How many records are held for one reason, kept with every batch."""

    reason = models.CharField(max_length=32, primary_key=True)
    records = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reason


class MeterPulse(models.Model):
    """The one row by which the meter shows that it lives and what waits for it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    waiting_files = models.IntegerField()
    oldest_waiting_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="meter_pulse_is_one_row")
        ]

    def __str__(self) -> str:
        return f"pulse {self.at}"
