"""What the usage room keeps: the facts log, batches, files, quarantine and the meter's pulse."""

from typing import ClassVar

from django.db import models

from wanhao.usage.quarantine_contracts import HeldState, StepKind


class Fact(models.Model):
    """One position of the facts log; `body` holds columns, so a position may carry many rows, all
    of one `cycle` where facts of its kind speak of one."""

    number = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=16)
    cycle = models.IntegerField(null=True)
    body = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind", "-number"], name="usage_fact_of_kind"),
            models.Index(fields=["kind", "cycle", "number"], name="usage_fact_of_cycle"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class ToldTariff(models.Model):
    """A tariff that the facts log has told; it never changes."""

    number = models.BigIntegerField(primary_key=True)
    body = models.JSONField()

    def __str__(self) -> str:
        return f"tariff {self.number}"


class Batch(models.Model):
    """One committed step of the meter: a run of facts, or records and their effects.

    The `total_` columns are sums over all batches so far, so that reading them costs one row.
    Records of the quarantine that were judged again (`replayed`) came in before: `quarantined` is
    then below zero, by as many as are metered or duplicate now.
    """

    number = models.BigIntegerField(primary_key=True)
    token = models.UUIDField()
    last_fact = models.BigIntegerField()
    files = models.JSONField(default=list)
    records_in = models.BigIntegerField(default=0)
    metered = models.BigIntegerField(default=0)
    duplicate = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    replayed = models.BigIntegerField(default=0, db_default=0)
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
    """A record that could not be counted, with the reason and its row as it came.

    `mended` is the row that is judged in the place of `text`, empty while nobody changed it;
    `settled_in` is the batch in which it was metered after all, or found to be a duplicate.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=255)
    row = models.BigIntegerField()
    reason = models.CharField(max_length=32, db_index=True)
    text = models.TextField()
    mended = models.TextField(default="", db_default="", blank=True)
    state = models.CharField(
        max_length=9,
        choices=[(state.value, state.name) for state in HeldState],
        default=HeldState.HELD.value,
        db_default=HeldState.HELD.value,
    )
    settled_in = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="usage_held_waiting", condition=models.Q(state="waiting")
            ),
            models.Index(
                fields=["reason", "-id"], name="usage_held", condition=models.Q(state="held")
            ),
            models.Index(fields=["file", "-id"], name="usage_held_of_file"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in HeldState]),
                name="held_record_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["metered", "duplicate"], settled_in__isnull=False)
                | ~models.Q(state__in=["metered", "duplicate"]) & models.Q(settled_in__isnull=True),
                name="held_record_settled_in_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.row} {self.reason}"


class QuarantineStep(models.Model):
    """What was done with a record of the quarantine and what came of it; never changed.

    `by` is a login or a user of the machine, empty for the meter; `reason` is why the record was
    held then, `text` its row after a repair.
    """

    record = models.ForeignKey(QuarantinedRecord, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=[(kind.value, kind.name) for kind in StepKind])
    reason = models.CharField(max_length=32)
    text = models.TextField(default="", blank=True)
    by = models.CharField(max_length=64, default="", blank=True)
    why = models.CharField(max_length=200, default="", blank=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in StepKind]),
                name="quarantine_step_known",
            ),
            models.CheckConstraint(
                condition=models.Q(by="", batch__isnull=False)
                | ~models.Q(by="") & models.Q(batch__isnull=True),
                name="quarantine_step_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class QuarantineCount(models.Model):
    """How many records are held for one reason, kept with every change; those that were dismissed
    have a row of their own. All rows together are what the last batch calls quarantined."""

    reason = models.CharField(max_length=32, primary_key=True)
    records = models.BigIntegerField()

    def __str__(self) -> str:
        return self.reason


class ClosedCycle(models.Model):
    """A cycle that takes no more records, with the file of what everybody used in it."""

    cycle = models.IntegerField(primary_key=True)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)
    folder = models.TextField()
    rows = models.BigIntegerField()
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.cycle)


class LateUsage(models.Model):
    """A record that came after its cycle had closed, and what it was found to cost.

    `fen` is null until it is settled; it is negative where the record takes something back.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="+")
    cycle = models.IntegerField()
    account_id = models.BigIntegerField()
    group_id = models.BigIntegerField()
    number = models.BigIntegerField()
    service = models.CharField(max_length=16)
    zone = models.CharField(max_length=32)
    start = models.BigIntegerField()
    quantity = models.BigIntegerField()
    sign = models.SmallIntegerField()
    priced = models.BigIntegerField(help_text="Fen that came with the record, 0 for none.")
    units = models.BigIntegerField(null=True)
    fen = models.BigIntegerField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="usage_late_open", condition=models.Q(settled_at__isnull=True)
            ),
            models.Index(
                fields=["cycle", "group_id", "service", "zone"],
                name="usage_late_settled",
                condition=models.Q(settled_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(settled_at__isnull=True, fen__isnull=True, units__isnull=True)
                | models.Q(settled_at__isnull=False, fen__isnull=False, units__isnull=False),
                name="late_usage_settled_whole",
            ),
            models.CheckConstraint(condition=models.Q(sign__in=(-1, 1)), name="late_usage_sign"),
        ]

    def __str__(self) -> str:
        return f"late {self.pk}"


class MeterHome(models.Model):
    """The one row by which a meter says where its folders lie, for whoever reads its archive."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    folder = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="meter_home_is_one_row")
        ]

    def __str__(self) -> str:
        return self.folder


class ArchiveHold(models.Model):
    """Records of a number, begun on these days, that stay in the archive past their time, as long
    as the hold is not released; `by` and `released_by` are users of the machine."""

    number = models.BigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)
    by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    released_by = models.CharField(max_length=64, default="", blank=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["last_day"],
                name="usage_hold_open",
                condition=models.Q(released_at__isnull=True),
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")), name="archive_hold_days"
            ),
            models.CheckConstraint(
                condition=models.Q(released_at__isnull=True, released_by="")
                | models.Q(released_at__isnull=False) & ~models.Q(released_by=""),
                name="archive_hold_released_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class RecordDispute(models.Model):
    """A record that a customer says is wrong; open as long as its hold is not released, and settled
    with an outcome and an answer in words."""

    hold = models.OneToOneField(ArchiveHold, on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    number = models.BigIntegerField()
    batch = models.BigIntegerField()
    source = models.CharField(max_length=64)
    record_id = models.CharField(max_length=32)
    start = models.BigIntegerField()
    service = models.CharField(max_length=8)
    zone = models.CharField(max_length=16)
    quantity = models.BigIntegerField()
    charge_fen = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=8)
    words = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    refund_fen = models.BigIntegerField(default=0)
    settled_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "source", "record_id", "start", "batch"],
                name="record_is_disputed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", answer="", refund_fen=0, settled_by="")
                | (
                    models.Q(outcome="stands", refund_fen=0)
                    | models.Q(outcome="corrected", refund_fen__gte=0)
                )
                & ~models.Q(answer="")
                & ~models.Q(settled_by=""),
                name="dispute_outcome_is_told",
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=["not-mine", "amount", "charge", "other"]),
                name="dispute_reason_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["number", "-id"], name="usage_dispute_of_number"),
        ]

    def __str__(self) -> str:
        return f"dispute {self.pk}"


class MeterStandby(models.Model):
    """A meter that stands by: its host and process, and the last batch it followed."""

    name = models.CharField(max_length=100, primary_key=True)
    last_batch = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


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
