"""Read-only lists of offerings and products."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.products.models import Product, ProductOffering


@admin.register(ProductOffering)
class ProductOfferingAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_zh", "fee_fen", "voice_minutes", "messages", "data_mb")
    search_fields = ("code", "name_zh", "name_en")


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ("group", "offering", "since", "until")
    list_filter = ("offering",)
    list_select_related = ("group", "offering")
    search_fields = ("=group__id",)
