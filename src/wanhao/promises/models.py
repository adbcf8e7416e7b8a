"""What is owed, when, and what became of it."""

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models.expressions import RawSQL

from wanhao.promises.contracts import PromiseState

Q = models.Q
SETTLED = [PromiseState.KEPT.value, PromiseState.WITHDRAWN.value]


class Promise(models.Model):
    """Something owed at a time, once per kind and key.

    `due_at` is what was promised, `next_at` when it is tried: later, after a failure. Each index
    holds only what is looked for through it, so what was kept costs the claims nothing.
    """

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=96)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    state = models.CharField(
        max_length=9, choices=[(state.value, state.value) for state in PromiseState]
    )
    attempts = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=400, default="", blank=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "key"], name="promise_made_once"),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in PromiseState]),
                name="promise_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=SETTLED, settled_at__isnull=False)
                | (~Q(state__in=SETTLED) & Q(settled_at=None)),
                name="promise_settled_or_not",
            ),
            models.CheckConstraint(condition=~Q(kind="") & ~Q(key=""), name="promise_has_a_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["kind", "next_at"], condition=Q(state="open"), name="promise_due"),
            models.Index(
                fields=["state", "kind"],
                condition=Q(state__in=["held", "stuck"]),
                name="promise_waiting",
            ),
            models.Index(
                fields=["settled_at"], condition=Q(state__in=SETTLED), name="promise_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.state}"


def one_of(keys: Collection[str]) -> RawSQL:
    """The keys as one array: thousands of single parameters cost more than the answer."""
    return RawSQL("SELECT unnest(%s::text[])", [list(keys)])
