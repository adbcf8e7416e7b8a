"""What customers asked for by short message."""

from typing import ClassVar

from django.db import models


class IncomingMessage(models.Model):
    """One command of a customer. A network may bring it several times; it is done once."""

    number = models.BigIntegerField()
    place = models.IntegerField(help_text="The how many-th command of this number.")
    command = models.CharField(max_length=64)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["number", "place"], name="incoming_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.command} {self.place}"
