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
