"""What waits for a customer's yes, and what came of it."""

from typing import ClassVar

from django.db import models

from wanhao.menu.contracts import Door
from wanhao.menu.states import ConfirmationState

Q = models.Q


class Confirmation(models.Model):
    """One question that must be confirmed; of a line and a door only the last one waits."""

    nonce = models.CharField(max_length=32, unique=True)
    code = models.CharField(max_length=4)
    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    door = models.CharField(max_length=9, choices=[(door.value, door.name) for door in Door])
    item = models.CharField(max_length=32)
    given = models.JSONField()
    language = models.CharField(max_length=2)
    code_needed = models.BooleanField()
    wrong_codes = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=9, choices=[(state.value, state.name) for state in ConfirmationState]
    )
    settled_at = models.DateTimeField(null=True)
    answer = models.JSONField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "door"],
                condition=Q(state=ConfirmationState.WAITING.value),
                name="confirmation_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in ConfirmationState]),
                name="confirmation_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state=ConfirmationState.WAITING.value, settled_at=None)
                | (~Q(state=ConfirmationState.WAITING.value) & Q(settled_at__isnull=False)),
                name="confirmation_settled_when_not_waiting",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("asked_at")),
                name="confirmation_expires_after_asked",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["line", "door", "-id"], name="confirmation_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.state}"
