"""Browsers that get reminders by push; copies of required messages that go there besides."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from wanhao.communications.push_contracts import CopyState

Q = models.Q


class PushSubscription(models.Model):
    """A browser that gets a line's reminders, for one login, from `since` until `until`."""

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    endpoint = models.CharField(max_length=1000)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    ended = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint", "line"],
                condition=Q(until__isnull=True),
                name="push_once_for_a_browser_and_line",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended="") | (Q(until__isnull=False) & ~Q(ended="")),
                name="push_says_why_it_ended",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["line"], condition=Q(until__isnull=True), name="push_to_a_line"),
        ]

    def __str__(self) -> str:
        return f"push {self.pk} for line {self.line_id}"


class PushCopy(models.Model):
    """A required message that is pushed besides; its row of the outbox goes its own way by SMS."""

    message = models.OneToOneField(
        "wanhao_communications.CommunicationMessage",
        on_delete=models.PROTECT,
        related_name="+",
        primary_key=True,
    )
    state = models.CharField(max_length=7, choices=[(one.value, one.name) for one in CopyState])
    error = models.CharField(max_length=200, default="", blank=True)
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[one.value for one in CopyState]),
                name="push_copy_state_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["made_at"], condition=Q(state="waiting"), name="push_copy_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"copy of message {self.message_id} {self.state}"
