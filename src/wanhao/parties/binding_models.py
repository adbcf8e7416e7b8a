"""Which lines a login may ask for."""

from typing import ClassVar

from django.db import models

Q = models.Q


class LineBinding(models.Model):
    """That a login may ask for a line, from `since` until `until`; it counts no longer than the
    line itself, so that a number that is given out again is never shown to who had it before."""

    login = models.ForeignKey("wanhao_access.Login", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    own = models.BooleanField()
    since = models.DateTimeField()
    bound_by = models.CharField(max_length=64)
    until = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login", "line"],
                condition=Q(until__isnull=True),
                name="binding_of_login_and_line_live_once",
            ),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(until__isnull=True, own=True),
                name="binding_own_login_of_a_line_live_once",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")),
                name="binding_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(bound_by="")
                & (Q(until=None, ended_by="") | (Q(until__isnull=False) & ~Q(ended_by=""))),
                name="binding_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"line {self.line_id} at login {self.login_id}"
