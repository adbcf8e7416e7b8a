"""What proved who a customer is, and how a line likes to be served."""

from typing import ClassVar

from django.db import models

from wanhao.parties.contracts import DocumentKind

Q = models.Q


class Document(models.Model):
    """A document that was seen; its number is kept as a keyed hash, and its last digits to be
    shown."""

    customer = models.ForeignKey(
        "wanhao_parties.Customer", on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(
        max_length=15, choices=[(kind.value, kind.name) for kind in DocumentKind]
    )
    digest = models.CharField(max_length=64)
    tail = models.CharField(max_length=4)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=64)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=Q(ended_at__isnull=True),
                name="document_of_customer_live_once",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in DocumentKind]),
                name="document_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(recorded_by=""), name="document_says_who_recorded_it"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["digest"], condition=Q(ended_at__isnull=True), name="document_by_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ****{self.tail}"


class LinePreference(models.Model):
    """How a line likes to be served; one that never said so has none."""

    line = models.OneToOneField(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    large_type = models.BooleanField()
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"preferences of line {self.line_id}"
