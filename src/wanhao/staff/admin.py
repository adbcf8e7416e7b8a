"""Read-only lists of units and employees."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.staff.models import Employee, OrgUnit, RoleGrant


@admin.register(OrgUnit)
class OrgUnitAdmin(ReadOnlyAdmin):
    list_display = ("code", "kind", "name_zh", "name_en", "parent")
    list_filter = ("kind",)
    list_select_related = ("parent",)


@admin.register(Employee)
class EmployeeAdmin(ReadOnlyAdmin):
    list_display = ("job_number", "name", "unit")
    list_select_related = ("unit",)
    search_fields = ("=job_number", "name")


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    list_display = ("employee", "role", "unit", "since", "until", "granted_by")
    list_filter = ("role",)
    list_select_related = ("employee", "unit")
