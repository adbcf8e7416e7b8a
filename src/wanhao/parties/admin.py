"""Read-only lists of customers, accounts and lines."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.parties.models import BillingAccount, Customer, Line


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
