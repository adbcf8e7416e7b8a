"""Read-only lists of customers, accounts, lines and imports."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.parties.models import (
    BillingAccount,
    ContactMedium,
    Customer,
    FrozenNumber,
    ImportRun,
    Line,
)


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "city")
    list_filter = ("kind", "city")
    search_fields = ("name",)


@admin.register(BillingAccount)
class BillingAccountAdmin(ReadOnlyAdmin):
    list_display = ("reference", "customer", "pay_type")
    list_filter = ("pay_type",)
    list_select_related = ("customer",)
    search_fields = ("=reference",)


@admin.register(Line)
class LineAdmin(ReadOnlyAdmin):
    list_display = ("number", "account", "group", "role", "city", "since", "until")
    list_filter = ("role", "city")
    list_select_related = ("account", "group")
    search_fields = ("=number",)


@admin.register(FrozenNumber)
class FrozenNumberAdmin(ReadOnlyAdmin):
    list_display = ("number", "since", "until")
    search_fields = ("=number",)


@admin.register(ContactMedium)
class ContactMediumAdmin(ReadOnlyAdmin):
    list_display = ("kind", "customer", "line", "since", "until")
    list_filter = ("kind",)
    list_select_related = ("customer", "line")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        *("name", "state", "rows", "chunks_done", "chunks", "accounts_opened", "lines_opened"),
        *("rows_left_out", "started_at", "changed_at", "trouble"),
    )
    list_filter = ("state",)
    search_fields = ("name", "=digest")
