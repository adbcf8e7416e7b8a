"""A read-only list of what the network is to let each line do."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.network.models import LineProfile


@admin.register(LineProfile)
class LineProfileAdmin(ReadOnlyAdmin):
    list_display = (
        *("line_id", "number", "barring", "data", "roaming", "version"),
        *("requested_at", "sent_version", "confirmed_version", "confirmed_at"),
        *("attempts", "next_at", "error"),
    )
    list_filter = ("barring",)
    search_fields = ("=number",)
