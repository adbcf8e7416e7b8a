"""Stops of service of accounts and of single lines, and temporary service.

They stand beside `models.py`, which brings them into the room.
"""

from typing import ClassVar

from django.db import models

from wanhao.billing.states import STOPPED
from wanhao.billing.stop_contracts import LineStopKind, ServiceState, StopReason

Q = models.Q
F = models.F
STATES = [state.value for state in (*STOPPED, ServiceState.TERMINATED)]


class ServiceStop(models.Model):
    """Service stopped from `since` until it was lifted; one at a time for an account.

    A terminated one is never lifted. `cycle` is the month whose bill was not paid, or in which the
    money was used up; then `spent_fen` is what the months not billed yet, those after
    `billed_through`, had cost.
    """

    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    cycle = models.IntegerField(help_text="The month whose bill was not paid.")
    episode = models.BigIntegerField(default=0)
    owed_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField(default=0)
    billed_through = models.IntegerField(default=0)
    reason = models.CharField(
        max_length=16, choices=[(reason.value, reason.value) for reason in StopReason]
    )
    state = models.CharField(
        max_length=10,
        choices=[(state, state) for state in STATES],
        default=ServiceState.ONE_WAY.value,
    )
    since = models.DateTimeField()
    two_way_at = models.DateTimeField(null=True)
    terminated_at = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(lifted_at=None), name="service_stop_live_once"
            ),
            models.UniqueConstraint(
                fields=["account", "reason", "cycle", "episode"], name="service_stop_once_a_cause"
            ),
            models.CheckConstraint(condition=Q(owed_fen__gt=0), name="service_stop_for_a_debt"),
            models.CheckConstraint(
                condition=Q(reason__in=[reason.value for reason in StopReason]),
                name="service_stop_reason_known",
            ),
            models.CheckConstraint(
                condition=Q(state="one-way", two_way_at=None, terminated_at=None)
                | Q(state="two-way", two_way_at__isnull=False, terminated_at=None)
                | Q(
                    state="terminated",
                    two_way_at__isnull=False,
                    terminated_at__isnull=False,
                    lifted_at=None,
                ),
                name="service_stop_state_fits_its_times",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("since")),
                name="service_stop_lifted_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} {self.state} since {self.since}"


class LineStop(models.Model):
    """One line stopped because its card is lost or its number is kept; once of a kind at a time.

    `until` is when it ends by itself. A kept number is charged from the month after `since` on.
    """

    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(
        max_length=12, choices=[(kind.value, kind.value) for kind in LineStopKind]
    )
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line", "kind"], condition=Q(lifted_at=None), name="line_stop_live_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in LineStopKind]),
                name="line_stop_kind_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="lost", until=None) | Q(kind="keep-number", until__gt=F("since")),
                name="line_stop_ends_as_its_kind_does",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("since")),
                name="line_stop_lifted_after_it_began",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["line", "-since"], name="line_stop_history"),
        ]

    def __str__(self) -> str:
        return f"line {self.line_id} {self.kind} since {self.since}"


class EmergencyGrant(models.Model):
    """Temporary service of a stopped account: once for a stop, and once in a calendar month."""

    stop = models.OneToOneField(ServiceStop, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        "wanhao_parties.BillingAccount",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    cycle = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "cycle"], name="grant_once_a_month"),
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at=None), name="grant_runs_once"
            ),
            models.CheckConstraint(
                condition=Q(until__gt=F("since")), name="grant_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id} served until {self.until}"
