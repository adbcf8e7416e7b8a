"""Read-only list of logins."""

from django.contrib import admin

from wanhao.access.models import Login
from wanhao.access.read_only import ReadOnlyAdmin


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "is_active", "is_staff", "last_login")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    exclude = ("password",)
