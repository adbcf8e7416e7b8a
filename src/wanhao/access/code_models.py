"""One-time codes and links: only hashes are kept, and for a day."""

from typing import ClassVar

from django.db import models

from wanhao.access.contracts import CodePurpose

Q = models.Q


class OneTimeCode(models.Model):
    """A code for a number, whoever has it; of a number nobody has there is a code nobody got, so
    that both look alike."""

    number = models.BigIntegerField()
    purpose = models.CharField(
        max_length=8, choices=[(purpose.value, purpose.name) for purpose in CodePurpose]
    )
    digest = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=64, default="")
    sent_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    wrong = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(purpose__in=[purpose.value for purpose in CodePurpose]),
                name="code_purpose_known",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("sent_at")), name="code_ends_after_sent"
            ),
            models.CheckConstraint(condition=Q(wrong__gte=0), name="code_wrong_not_negative"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["number", "-sent_at"], name="code_of_number"),
            models.Index(fields=["sent_at"], name="code_by_age"),
            models.Index(
                fields=["asked_by", "-sent_at"],
                name="code_by_asker",
                condition=~Q(asked_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class OneTimeLink(models.Model):
    """A link that leads one line to one thing, once; `line_id` is no foreign key, since lines are
    known above this room. `token_id` is the token of a program that waits for the line."""

    digest = models.CharField(max_length=64, unique=True)
    line_id = models.BigIntegerField()
    purpose = models.CharField(max_length=64)
    token_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("made_at")), name="link_ends_after_made"
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="link_is_for_something"),
        ]
        indexes: ClassVar = [models.Index(fields=["made_at"], name="link_by_age")]

    def __str__(self) -> str:
        return f"link {self.pk}"
