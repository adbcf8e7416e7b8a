"""Read-only lists of batches, usage files and the quarantine; numbers are masked."""

from typing import ClassVar

from django.contrib import admin
from django.db.models import Model

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.usage.masking import masked
from wanhao.usage.models import (
    Batch,
    ClosedCycle,
    LateUsage,
    QuarantinedRecord,
    ToldTariff,
    UsageFile,
)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = (
        "number",
        "records_in",
        "metered",
        "duplicate",
        "quarantined",
        "crossings",
        "last_fact",
        "committed_at",
    )
    search_fields = ("=number",)


@admin.register(UsageFile)
class UsageFileAdmin(ReadOnlyAdmin):
    list_display = ("name", "rows_done", "finished", "repeats", "trouble", "arrived_at")
    list_filter = ("finished",)
    search_fields = ("name", "=digest")


@admin.register(QuarantinedRecord)
class QuarantinedRecordAdmin(ReadOnlyAdmin):
    list_display = ("reason", "file", "row", "masked_text", "batch")
    list_filter = ("reason",)
    list_select_related = ("batch",)
    search_fields = ("file",)
    fields: ClassVar = ["reason", "file", "row", "masked_text", "batch"]

    @admin.display(description="text")
    def masked_text(self, record: Model) -> str:
        """The row as it came, its number masked."""
        return masked(getattr(record, "text", ""))


@admin.register(ClosedCycle)
class ClosedCycleAdmin(ReadOnlyAdmin):
    list_display = ("cycle", "rows", "file", "closed_at", "batch")
    list_select_related = ("batch",)


@admin.register(LateUsage)
class LateUsageAdmin(ReadOnlyAdmin):
    list_display = ("cycle", "masked_number", "service", "zone", "quantity", "sign", "fen")
    list_filter = ("cycle", "service", "zone")
    search_fields = ("=account_id", "=group_id")
    fields: ClassVar = [
        "cycle",
        "account_id",
        "group_id",
        "masked_number",
        "service",
        "zone",
        "start",
        "quantity",
        "sign",
        "priced",
        "units",
        "fen",
        "settled_at",
        "batch",
    ]

    @admin.display(description="number")
    def masked_number(self, record: Model) -> str:
        """The number with its middle four digits hidden."""
        return masked(str(getattr(record, "number", "")))


@admin.register(ToldTariff)
class ToldTariffAdmin(ReadOnlyAdmin):
    list_display = ("number",)
    search_fields = ("=number",)
