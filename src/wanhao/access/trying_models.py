"""What customers prove themselves with, and how often they were wrong."""

from typing import ClassVar

from django.db import models

from wanhao.access.contracts import TryKind

Q = models.Q


class ServicePassword(models.Model):
    """The password of a line, as a hash; an initial one must be changed before it is good.

    `line_id` is no foreign key, since lines are known above this room; a number that is given out
    again is another line.
    """

    line_id = models.BigIntegerField(primary_key=True)
    hashed = models.CharField(max_length=256)
    initial = models.BooleanField()
    set_at = models.DateTimeField()
    set_by = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(hashed="") & ~Q(set_by=""), name="password_says_who_set_it"
            ),
        ]

    def __str__(self) -> str:
        return f"service password of line {self.line_id}"


class WrongTry(models.Model):
    """How often somebody was wrong about a line on one day."""

    line_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in TryKind])
    day = models.DateField()
    wrong = models.SmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line_id", "kind", "day"], name="tries_of_a_day_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in TryKind]), name="try_kind_known"
            ),
            models.CheckConstraint(condition=Q(wrong__gte=0), name="tries_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.wrong} wrong {self.kind} of line {self.line_id}"
