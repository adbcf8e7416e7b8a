"""Care files, and the visits they bring."""

from typing import ClassVar

from django.db import models

from wanhao.parties.care_contracts import CareReason, CareState, Relation, VisitState

Q = models.Q
STATES = [state.value for state in CareState]
VISIT_STATES = [state.value for state in VisitState]
NAME_LENGTH = 64


class CareFile(models.Model):
    """Somebody with needs of their own; it counts from the person's own consent on."""

    person = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    asked = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    relation = models.CharField(max_length=11, choices=[(one.value, one.name) for one in Relation])
    reason = models.CharField(max_length=8, choices=[(one.value, one.name) for one in CareReason])
    needs = models.JSONField(default=list)
    address = models.CharField(max_length=200)
    state = models.CharField(max_length=7, choices=[(state, state) for state in STATES])
    since = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)
    consented_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=NAME_LENGTH, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"],
                condition=~Q(state=CareState.ENDED.value),
                name="care_of_person_live_once",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="care_state_known"),
            models.CheckConstraint(
                condition=~Q(state=CareState.ACTIVE.value) | Q(consented_at__isnull=False),
                name="care_counts_with_consent",
            ),
            models.CheckConstraint(
                condition=Q(state=CareState.ENDED.value, ended_at__isnull=False, address="")
                | (~Q(state=CareState.ENDED.value) & Q(ended_at=None) & ~Q(address="")),
                name="care_that_ended_knows_no_address",
            ),
        ]

    def __str__(self) -> str:
        return f"care file {self.pk}"


class CareVisit(models.Model):
    """A visit of a month."""

    care = models.ForeignKey(CareFile, on_delete=models.PROTECT, related_name="+")
    cycle = models.IntegerField()
    until = models.DateField()
    state = models.CharField(max_length=6, choices=[(state, state) for state in VISIT_STATES])
    visitors = models.JSONField(default=list)
    result = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["care", "cycle"], name="care_visit_of_month_once"),
            models.CheckConstraint(condition=Q(state__in=VISIT_STATES), name="visit_state_known"),
            models.CheckConstraint(
                condition=Q(state=VisitState.MADE.value, made_at__isnull=False)
                | (~Q(state=VisitState.MADE.value) & Q(made_at=None)),
                name="visit_made_says_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["cycle", "id"], name="care_visit_of_month")]

    def __str__(self) -> str:
        return f"visit of {self.care_id} in {self.cycle}"
