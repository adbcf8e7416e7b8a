"""The organisation and its employees."""

from typing import ClassVar

from django.db import models

from wanhao.staff.contracts import UnitKind


class OrgUnit(models.Model):
    """A unit of the organisation: province, city, county or hall."""

    code = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in UnitKind])
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in UnitKind]),
                name="unit_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="province", parent__isnull=True)
                | (~models.Q(kind="province") & models.Q(parent__isnull=False)),
                name="unit_province_is_the_top",
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Employee(models.Model):
    """Somebody who works for the operator, in one unit, with a login."""

    login = models.OneToOneField("wanhao_access.Login", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=64)
    job_number = models.CharField(max_length=16, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(job_number=""),
                name="employee_has_name_and_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_number} {self.name}"


class RoleGrant(models.Model):
    """A role that an employee holds at a unit from `since` until `until`; never deleted."""

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=16)
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.CharField(max_length=64)
    ended_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["employee", "role", "unit"],
                condition=models.Q(until__isnull=True),
                name="role_held_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(role="") & ~models.Q(granted_by=""),
                name="role_says_what_and_by_whom",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True, ended_by="")
                | (models.Q(until__gte=models.F("since")) & ~models.Q(ended_by="")),
                name="role_says_who_ended_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.employee_id}"
