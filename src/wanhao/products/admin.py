"""Read-only lists of offerings, products, tariffs, stops and gifts of data, roaming."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.products.models import (
    DataGift,
    DataStop,
    PortingCode,
    Product,
    ProductOffering,
    ProductPause,
    RoamingPermit,
    Tariff,
)


@admin.register(ProductOffering)
class ProductOfferingAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_zh", "kind", "fee_fen", "period", "sold_from", "sold_until")
    list_filter = ("kind", "family")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("group", "offering", "since", "until", "charged_from")
    list_filter = ("offering",)
    list_select_related = ("group", "offering")
    search_fields = ("=group__id",)


@admin.register(Tariff)
class TariffAdmin(ReadOnlyAdmin):
    list_display = ("id", "voice_unit_seconds", "terms", "told")


@admin.register(DataStop)
class DataStopAdmin(ReadOnlyAdmin):
    list_display = ("group", "cycle", "since", "lifted_at")
    search_fields = ("=group__id",)


@admin.register(DataGift)
class DataGiftAdmin(ReadOnlyAdmin):
    list_display = ("giver_group", "receiver_group", "cycle", "nth", "mb", "given_at")
    search_fields = ("=giver_group__id", "=receiver_group__id")


@admin.register(RoamingPermit)
class RoamingPermitAdmin(ReadOnlyAdmin):
    list_display = ("line_id", "since", "door", "until", "until_door")
    search_fields = ("=line__id",)


@admin.register(ProductPause)
class ProductPauseAdmin(ReadOnlyAdmin):
    list_display = ("product", "group", "first_cycle", "last_cycle", "fee_fen")
    list_select_related = ("product",)


@admin.register(PortingCode)
class PortingCodeAdmin(ReadOnlyAdmin):
    list_display = ("line_id", "issued_at", "expires_at")
    exclude = ("digest",)
    search_fields = ("=line__id",)
