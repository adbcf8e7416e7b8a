"""What a foreign billing told, the payments on their way to it, and how far its feeds were read.

They stand beside `models.py`, which brings them into the room.
"""

from typing import ClassVar

from django.db import models

from wanhao.billing.ports import PaymentState

Q = models.Q
REFERENCE_LENGTH = 64
CURSOR_LENGTH = 200
LONGEST_TROUBLE = 300


class ForeignFeed(models.Model):
    """How far a feed was read; the row is locked by whoever applies a page."""

    name = models.CharField(max_length=32, primary_key=True)
    cursor = models.CharField(max_length=CURSOR_LENGTH, blank=True)
    caught_up_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    pages = models.BigIntegerField(default=0)
    changes = models.BigIntegerField(default=0)
    repeated = models.BigIntegerField(default=0)
    unknown = models.BigIntegerField(default=0)
    trouble = models.CharField(max_length=LONGEST_TROUBLE, blank=True)
    trouble_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ForeignFunds(models.Model):
    """The newest balance told of an account; without `account` nobody has the reference yet."""

    reference = models.CharField(max_length=REFERENCE_LENGTH, primary_key=True)
    account = models.OneToOneField(
        "wanhao_parties.BillingAccount", on_delete=models.PROTECT, related_name="+", null=True
    )
    version = models.BigIntegerField()
    spendable_fen = models.BigIntegerField(null=True)
    billed_through = models.IntegerField()
    told_at = models.DateTimeField()
    looked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["looked_at"], condition=Q(account__isnull=True), name="funds_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ForeignTerms(models.Model):
    """The newest allowances told of a number's group from a cycle on; without `group` nobody here
    has the number yet."""

    number = models.BigIntegerField()
    cycle = models.IntegerField()
    group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+", null=True
    )
    version = models.BigIntegerField()
    plan = models.CharField(max_length=200)
    voice_unit = models.IntegerField()
    voice = models.BigIntegerField()
    voice_left = models.BigIntegerField(null=True)
    message = models.BigIntegerField()
    message_left = models.BigIntegerField(null=True)
    data = models.BigIntegerField()
    data_left = models.BigIntegerField(null=True)
    told_at = models.DateTimeField()
    looked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "cycle"], name="terms_told_once_a_cycle"),
            models.CheckConstraint(
                condition=Q(voice__gte=0, message__gte=0, data__gte=0, voice_unit__gt=0),
                name="terms_allow_no_less_than_nothing",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["looked_at"], condition=Q(group__isnull=True), name="terms_of_nobody"
            ),
        ]

    def __str__(self) -> str:
        return f"terms {self.pk} from {self.cycle}"


class ForeignPayment(models.Model):
    """A payment taken here for the foreign billing; its money is never changed, never deleted.

    `due_at` is when it may be handed over (again): while somebody does, it lies ahead.
    """

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    amount_fen = models.BigIntegerField()
    taken_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=[(state.value, state.value) for state in PaymentState]
    )
    attempts = models.IntegerField(default=0)
    due_at = models.DateTimeField()
    said = models.CharField(max_length=LONGEST_TROUBLE, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="forwarded_more_than_nothing"
            ),
            models.CheckConstraint(condition=~Q(reference=""), name="forwarded_has_reference"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True)
                | Q(state="accepted", settled_at__isnull=False)
                | (Q(state="refused", settled_at__isnull=False) & ~Q(said="")),
                name="forwarded_is_settled_or_waits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "id"], name="forwarded_of_account"),
            models.Index(
                fields=["account", "id"], condition=Q(state="waiting"), name="forwarded_in_order"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(state="waiting"), name="forwarded_due"
            ),
            models.Index(fields=["id"], condition=Q(state="refused"), name="forwarded_refused"),
        ]

    def __str__(self) -> str:
        return self.reference
