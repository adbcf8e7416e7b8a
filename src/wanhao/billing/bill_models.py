"""Bills, what waits for the next one, and the runs that issue them.

They stand beside `models.py`, which brings them into the room, because the bills' own folder calls
the ledger and the ledger must not know it.
"""

from typing import ClassVar

from django.db import models

Q = models.Q
ITEM_KINDS = ["late", "one-off", "credit"]


class Bill(models.Model):
    """What an account owes for a cycle; never changed, never deleted.

    One whose `source` is foreign was issued by the operator's own billing: `journal` has its number
    there, and our ledger knows nothing of it.

    The database refuses a bill whose lines do not come to its total (see the migration).
    """

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    cycle = models.IntegerField()
    total_fen = models.BigIntegerField()
    lines = models.JSONField()
    issued_at = models.DateTimeField()
    due_on = models.DateField()
    journal = models.CharField(max_length=96)
    source = models.CharField(
        max_length=8, choices=[("own", "own"), ("foreign", "foreign")], db_default="own"
    )

    class Meta:
        constraints: ClassVar = [
            # In this order: a cycle's bills are written and checked by ranges of accounts.
            models.UniqueConstraint(fields=["cycle", "account"], name="bill_once_per_cycle"),
            models.CheckConstraint(condition=~Q(journal=""), name="bill_names_its_journal"),
            models.CheckConstraint(
                condition=Q(source="own") | Q(source="foreign", journal__startswith="foreign-"),
                name="bill_source_known",
            ),
        ]

    def __str__(self) -> str:
        return f"bill {self.cycle} of account {self.account_id}"


class BillItem(models.Model):
    """Money that waits for an account's next bill; once on a bill it stays there."""

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in ITEM_KINDS])
    fen = models.BigIntegerField()
    explanation = models.JSONField()
    added_at = models.DateTimeField()
    bill = models.ForeignKey(
        Bill, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=ITEM_KINDS), name="bill_item_kind_known"),
            models.CheckConstraint(condition=~Q(fen=0), name="bill_item_moves_something"),
            models.CheckConstraint(
                condition=~Q(kind="credit") | Q(fen__lt=0), name="bill_item_credit_below_zero"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="bill_item_has_reference"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["account", "id"], condition=Q(bill=None), name="bill_item_waiting"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class BillRun(models.Model):
    """The one run that issues a cycle's bills; accounts up to `done_through` are behind it."""

    cycle = models.IntegerField(primary_key=True)
    state = models.CharField(
        max_length=8, choices=[("running", "running"), ("finished", "finished")]
    )
    done_through = models.BigIntegerField(default=0)
    accounts = models.BigIntegerField(default=0)
    bills = models.BigIntegerField(default=0)
    total_fen = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | Q(state="finished", finished_at__isnull=False),
                name="bill_run_finished_or_not",
            ),
        ]

    def __str__(self) -> str:
        return f"bills of {self.cycle}: {self.state}"


class IssuedEInvoice(models.Model):
    """A bill's e-invoice: asked for once, known by its bill, kept when it was answered.

    `asked_at` is written before anything is sent, so an answer that never came is asked for again
    under the same request id.
    """

    bill = models.OneToOneField(Bill, on_delete=models.PROTECT, related_name="+", primary_key=True)
    request_id = models.CharField(max_length=64, unique=True)
    request = models.JSONField()
    asked_at = models.DateTimeField()
    code = models.CharField(max_length=20, blank=True)
    number = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], condition=Q(answered_at=None), name="einvoice_waits"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answered_at=None, number="")
                | (Q(answered_at__isnull=False) & ~Q(number="")),
                name="einvoice_answered_with_a_number",
            ),
        ]

    def __str__(self) -> str:
        return self.request_id
