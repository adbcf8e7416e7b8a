"""Read-only lists of balances, payments and entries."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.billing.models import AccountBalance, LedgerEntry, Payment


@admin.register(AccountBalance)
class AccountBalanceAdmin(ReadOnlyAdmin):
    list_display = ("account", "balance_fen", "changed_at")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "amount_fen", "received_at")
    search_fields = ("=reference",)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "book", "amount_fen", "at")
    list_filter = ("book",)
