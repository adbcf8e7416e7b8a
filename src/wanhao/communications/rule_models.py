"""Changes of reminder rules and of the contact policy; rows are only ever added."""

from typing import ClassVar

from django.db import models


class RuleChange(models.Model):
    """Values of a rule, or of the policy, that count from `valid_from` on instead of the file's.

    A change that `reverts` another has no values; it takes the other one out of force.
    """

    rule = models.CharField(max_length=32)
    values = models.JSONField()
    valid_from = models.DateTimeField()
    by = models.CharField(max_length=150)
    reason = models.CharField(max_length=500)
    reverts = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(reverts__isnull=True) | models.Q(values={}),
                name="rulechange_reverts_or_sets",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="rulechange_has_reason"),
        ]
        indexes: ClassVar = [models.Index(fields=["rule", "-id"], name="rulechange_of_rule")]

    def __str__(self) -> str:
        return f"{self.rule} {self.pk}"
