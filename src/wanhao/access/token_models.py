"""Tokens by which a program speaks for one line; only a hash of the secret is kept."""

from typing import ClassVar

from django.db import models

Q = models.Q


class LineToken(models.Model):
    """Lets a program ask for a line until an end, and so many times an hour.

    `line_id` is no foreign key, since lines are known above this room; a number that is given out
    again is another line.
    """

    digest = models.CharField(max_length=64, unique=True)
    line_id = models.BigIntegerField()
    may_read = models.BooleanField()
    may_change = models.BooleanField()
    issued_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200)
    used_at = models.DateTimeField(null=True)
    hour = models.DateTimeField(null=True)
    uses = models.IntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(may_read=True) | Q(may_change=True), name="token_is_for_something"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("issued_at")), name="token_ends_after_issue"
            ),
            models.CheckConstraint(
                condition=~Q(issued_by="") & ~Q(reason=""), name="token_says_by_whom_and_why"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by="")
                | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                name="token_says_who_revoked_it",
            ),
            models.CheckConstraint(condition=Q(uses__gte=0), name="token_uses_not_negative"),
        ]
        indexes: ClassVar = [models.Index(fields=["line_id", "-id"], name="token_of_line")]

    def __str__(self) -> str:
        return f"token {self.pk}"


class TokenStepUp(models.Model):
    """That a customer let a token ask as somebody verified, for a while; it ends with its token."""

    token = models.ForeignKey(LineToken, on_delete=models.PROTECT, related_name="+")
    identity_level = models.SmallIntegerField()
    since = models.DateTimeField()
    ends_at = models.DateTimeField()
    allowed_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(identity_level__in=[2, 3]), name="step_up_is_to_two_or_three"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("since")), name="step_up_ends_after_it_began"
            ),
            models.CheckConstraint(condition=~Q(allowed_by=""), name="step_up_says_who_allowed_it"),
        ]
        indexes: ClassVar = [models.Index(fields=["token", "-ends_at"], name="step_up_of_token")]

    def __str__(self) -> str:
        return f"step-up of token {self.token_id}"
