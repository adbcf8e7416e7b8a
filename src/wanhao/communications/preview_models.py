"""Previews that a worker runs, with how far they are and what they found."""

from typing import ClassVar

from django.db import models

from wanhao.communications.preview_contracts import PreviewState


class PreviewRun(models.Model):
    """What somebody wanted to know before changing a rule; `result` is there when it is done."""

    rule = models.CharField(max_length=32)
    values = models.JSONField()
    cycle = models.IntegerField()
    by = models.CharField(max_length=150)
    state = models.CharField(
        max_length=7,
        choices=[(state.value, state.name) for state in PreviewState],
        default=PreviewState.WAITING.value,
    )
    done = models.BigIntegerField(default=0)
    of = models.BigIntegerField(default=0)
    error = models.TextField(default="", blank=True)
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in PreviewState]),
                name="preview_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", result__isnull=False)
                | (~models.Q(state="done") & models.Q(result__isnull=True)),
                name="preview_done_has_result",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["rule", "-id"], name="preview_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.cycle} {self.state}"
