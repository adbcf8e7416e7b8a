"""Read-only list of what waits for a yes."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.menu.models import Confirmation


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyAdmin):
    list_display = ("id", "item", "door", "state", "asked_at", "expires_at")
    list_filter = ("door", "state", "item")
