"""Read-only lists of halls, agents' points and hotspots."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.outlets.models import Hotspot, Outlet


@admin.register(Outlet)
class OutletAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_zh", "kind", "level", "city", "county_zh", "until", "demo")
    list_filter = ("kind", "level", "city", "demo")
    search_fields = ("words", "=code")


@admin.register(Hotspot)
class HotspotAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_zh", "ssid", "city", "county_zh", "until", "demo")
    list_filter = ("city", "demo")
    search_fields = ("words", "=code")
