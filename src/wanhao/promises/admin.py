"""A read-only list of promises."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.promises.models import Promise


@admin.register(Promise)
class PromiseAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "key", "due_at", "state", "attempts", "settled_at")
    list_filter = ("state",)
    search_fields = ("=key",)
