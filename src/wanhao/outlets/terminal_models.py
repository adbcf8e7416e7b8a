"""Self-service terminals of halls, and the numbers of their receipts."""

from typing import ClassVar

from django.db import models

Q = models.Q
NAME_LENGTH = 40
DIGEST_LENGTH = 64
REFERENCE_LENGTH = 64
ITEM_LENGTH = 40


class Terminal(models.Model):
    """A browser in a hall, known by a secret of which only a hash is kept."""

    outlet = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)
    devices_url = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    code_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, null=True, blank=True)
    code_until = models.DateTimeField(null=True, blank=True)
    secret_digest = models.CharField(max_length=DIGEST_LENGTH, unique=True, null=True, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["outlet", "name"], condition=Q(until=None), name="terminal_name_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="terminal_has_a_name"),
            models.CheckConstraint(
                condition=Q(secret_digest=None) | Q(registered_at__isnull=False, until=None),
                name="terminal_secret_is_of_a_registered_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id} {self.name}"


class TerminalReceipt(models.Model):
    """That something was done at a terminal; a terminal's day has no gaps."""

    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sequence = models.IntegerField()
    reference = models.CharField(max_length=REFERENCE_LENGTH, unique=True)
    item = models.CharField(max_length=ITEM_LENGTH)
    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    amount_fen = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["terminal", "day", "sequence"], name="terminal_receipt_number_once"
            ),
            models.CheckConstraint(condition=Q(sequence__gt=0), name="terminal_receipt_counts"),
            models.CheckConstraint(
                condition=Q(amount_fen=None) | Q(amount_fen__gt=0),
                name="terminal_receipt_amount_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.day} {self.sequence}"
