"""Found things, and claims to them."""

from typing import ClassVar

from django.db import models

from wanhao.outlets.lost_contracts import ThingKind
from wanhao.outlets.lost_states import ClaimState, ThingState

Q = models.Q
THING_STATES = [state.value for state in ThingState]
CLAIM_STATES = [state.value for state in ClaimState]
KINDS = [kind.value for kind in ThingKind]
TEXT_LENGTH = 500
NAME_LENGTH = 150


class FoundThing(models.Model):
    """A thing that was found in a hall; `settled` says to whom it went."""

    outlet = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=[(kind, kind) for kind in KINDS])
    found_at = models.DateTimeField()
    place = models.CharField(max_length=NAME_LENGTH)
    description = models.CharField(max_length=TEXT_LENGTH)
    contents = models.CharField(max_length=TEXT_LENGTH, blank=True)
    finder = models.CharField(max_length=NAME_LENGTH)
    witness = models.CharField(max_length=NAME_LENGTH)
    kept_in = models.CharField(max_length=NAME_LENGTH)
    state = models.CharField(max_length=9, choices=[(state, state) for state in THING_STATES])
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=NAME_LENGTH)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.CharField(max_length=NAME_LENGTH, blank=True)
    settled = models.CharField(max_length=TEXT_LENGTH, blank=True)
    reference = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=THING_STATES), name="thing_state_known"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="thing_kind_known"),
            models.CheckConstraint(
                condition=Q(state=ThingState.KEPT.value, settled_at=None)
                | (~Q(state=ThingState.KEPT.value) & Q(settled_at__isnull=False)),
                name="thing_settled_once_gone",
            ),
            models.CheckConstraint(
                condition=~Q(finder="") & ~Q(witness="") & ~Q(kept_in="") & ~Q(registered_by=""),
                name="thing_found_before_a_witness",
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="thing_reference_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["kind", "found_at"],
                condition=Q(state=ThingState.KEPT.value),
                name="thing_kept",
            ),
            models.Index(fields=["outlet", "found_at"], name="thing_of_hall"),
        ]

    def __str__(self) -> str:
        return f"L{self.pk}"


class LostClaim(models.Model):
    """Somebody says that something is theirs: a thing that was found, or one that may yet be."""

    thing = models.ForeignKey(
        FoundThing, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    outlet = models.ForeignKey(
        "wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    kind = models.CharField(max_length=9, choices=[(kind, kind) for kind in KINDS])
    day = models.DateField()
    phone = models.BigIntegerField()
    marks = models.CharField(max_length=TEXT_LENGTH)
    state = models.CharField(max_length=9, choices=[(state, state) for state in CLAIM_STATES])
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=NAME_LENGTH)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=NAME_LENGTH, blank=True)
    answer = models.CharField(max_length=TEXT_LENGTH, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=CLAIM_STATES), name="claim_state_known"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="claim_kind_known"),
            models.CheckConstraint(
                condition=Q(phone__range=(10_000_000_000, 19_999_999_999)),
                name="claim_phone_has_eleven_digits",
            ),
            models.UniqueConstraint(
                fields=["thing", "phone"],
                condition=Q(state=ClaimState.OPEN.value, thing__isnull=False),
                name="claim_of_phone_open_once",
            ),
            models.UniqueConstraint(
                fields=["thing"],
                condition=Q(state=ClaimState.GRANTED.value),
                name="claim_granted_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone", "made_at"], name="claim_of_phone"),
            models.Index(fields=["outlet", "kind"], name="claim_of_hall"),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk}"
