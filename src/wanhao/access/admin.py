"""Read-only lists of logins and of who read what."""

from django.contrib import admin

from wanhao.access.models import (
    LineToken,
    Login,
    PersonalDataRead,
    ServicePassword,
    TokenStepUp,
    WrongTry,
)
from wanhao.access.read_only import ReadOnlyAdmin


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "is_active", "is_staff", "last_login")
    list_filter = ("kind", "is_active")
    search_fields = ("name",)
    exclude = ("password",)


@admin.register(PersonalDataRead)
class PersonalDataReadAdmin(ReadOnlyAdmin):
    list_display = ("read_at", "login", "purpose", "subject")
    list_select_related = ("login",)
    search_fields = ("=subject",)


@admin.register(LineToken)
class LineTokenAdmin(ReadOnlyAdmin):
    list_display = ("id", "line_id", "issued_at", "ends_at", "issued_by", "used_at", "revoked_at")
    exclude = ("digest",)


@admin.register(TokenStepUp)
class TokenStepUpAdmin(ReadOnlyAdmin):
    list_display = ("token", "identity_level", "since", "ends_at", "allowed_by")
    list_select_related = ("token",)


@admin.register(ServicePassword)
class ServicePasswordAdmin(ReadOnlyAdmin):
    list_display = ("line_id", "initial", "set_at", "set_by")
    exclude = ("hashed",)


@admin.register(WrongTry)
class WrongTryAdmin(ReadOnlyAdmin):
    list_display = ("line_id", "kind", "day", "wrong")
    list_filter = ("kind", "day")
