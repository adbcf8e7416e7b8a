"""What the network is to let each line do, and how far it has been told."""

from typing import ClassVar

from django.db import models

from wanhao.network.contracts import Barring

Q = models.Q
F = models.F
LONGEST_ERROR = 200
BARS = models.ExpressionWrapper(
    Q(barring__in=[Barring.OUTGOING.value, Barring.ALL.value]),
    output_field=models.BooleanField(),
)
WAITING = Q(confirmed_version__lt=F("version"))


class LineProfile(models.Model):
    """The profile wanted for a line; each change makes a new version.

    The network takes a version only over a lower one. A profile waits while the version it has
    confirmed is lower than the one wanted; while it waits, `next_at` is when it is sent (again).
    Each index holds only what waits, so what is confirmed costs the claims nothing.
    """

    line = models.OneToOneField(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    number = models.BigIntegerField()
    barring = models.CharField(
        max_length=8, choices=[(barring.value, barring.value) for barring in Barring]
    )
    data = models.BooleanField()
    roaming = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    requested_at = models.DateTimeField()
    sent_version = models.BigIntegerField(default=0)
    confirmed_version = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    error = models.CharField(max_length=LONGEST_ERROR, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(barring__in=[barring.value for barring in Barring]),
                name="profile_barring_known",
            ),
            models.CheckConstraint(
                condition=Q(number__range=(10_000_000_000, 19_999_999_999)),
                name="profile_number_has_eleven_digits",
            ),
            models.CheckConstraint(
                condition=Q(
                    version__gte=1,
                    sent_version__range=(0, F("version")),
                    confirmed_version__range=(0, F("sent_version")),
                ),
                name="profile_confirmed_as_far_as_sent",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                BARS,
                "next_at",
                condition=WAITING,
                name="profile_due",
            ),
            models.Index(fields=["requested_at"], condition=WAITING, name="profile_waiting"),
            models.Index(fields=["number"], name="profile_number"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_id}: {self.barring}, version {self.version}"
