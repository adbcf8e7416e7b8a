"""What customers wrote by short message, and what came of it."""

from typing import ClassVar

from django.db import models


class IncomingMessage(models.Model):
    """One message of a customer that was handled; a network may bring it several times.

    `digest` is of the folded text, which is not kept itself; `said` is the code, or what nobody
    understood with its digits hidden. `offers` is what a short reply chooses for a while.
    """

    number = models.BigIntegerField()
    place = models.IntegerField(help_text="The how many-th message of this number.")
    digest = models.CharField(max_length=32)
    reference = models.CharField(max_length=32, default="", blank=True)
    said = models.CharField(max_length=64)
    item = models.CharField(max_length=32, default="", blank=True)
    outcome = models.CharField(max_length=16)
    changes = models.BooleanField(default=False)
    offers = models.JSONField(null=True)
    reply_id = models.BigIntegerField(null=True, help_text="The message that answered.")
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "place"], name="incoming_in_order"),
        ]
        indexes: ClassVar = [models.Index(fields=["received_at"], name="incoming_by_time")]

    def __str__(self) -> str:
        return f"{self.said} {self.place}"


class IncomingPart(models.Model):
    """A part of a long message whose other parts have not come yet."""

    number = models.BigIntegerField()
    reference = models.IntegerField()
    total = models.SmallIntegerField()
    place = models.SmallIntegerField()
    data_coding = models.SmallIntegerField()
    payload = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number", "reference", "total", "place"], name="incoming_part_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["received_at"], name="incoming_part_by_time")]

    def __str__(self) -> str:
        return f"{self.place} of {self.total}"


class IncomingCount(models.Model):
    """How many messages of customers asked for an item and had an outcome so far."""

    item = models.CharField(max_length=32, blank=True)
    outcome = models.CharField(max_length=16)
    messages = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "outcome"], name="incoming_counted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.outcome} {self.messages}"
