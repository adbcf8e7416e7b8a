"""Read-only lists of points, redemptions, stars and rights, lots and bids."""

from django.contrib import admin

from wanhao.access.read_only import ReadOnlyAdmin
from wanhao.loyalty.models import (
    AccountStar,
    Bid,
    HeldRight,
    Lot,
    PointsBatch,
    PointsEntry,
    Redemption,
    RightUse,
    StarChange,
)


@admin.register(PointsBatch)
class PointsBatchAdmin(ReadOnlyAdmin):
    list_display = ("account", "year", "points")
    list_select_related = ("account",)
    search_fields = ("=account__reference",)


@admin.register(PointsEntry)
class PointsEntryAdmin(ReadOnlyAdmin):
    list_display = ("id", "account", "kind", "points", "cycle", "day")
    list_select_related = ("account",)
    list_filter = ("kind",)
    search_fields = ("=account__reference",)


@admin.register(Redemption)
class RedemptionAdmin(ReadOnlyAdmin):
    list_display = ("reference", "account", "item", "quantity", "points", "at")
    list_select_related = ("account",)
    search_fields = ("=reference", "=account__reference")


@admin.register(AccountStar)
class AccountStarAdmin(ReadOnlyAdmin):
    list_display = ("account", "star", "growth", "since", "ends_at")
    list_select_related = ("account",)
    list_filter = ("star",)
    search_fields = ("=account__reference",)


@admin.register(StarChange)
class StarChangeAdmin(ReadOnlyAdmin):
    list_display = ("account", "before", "after", "growth", "reason", "at")
    list_select_related = ("account",)
    list_filter = ("reason",)


@admin.register(HeldRight)
class HeldRightAdmin(ReadOnlyAdmin):
    list_display = ("account", "code", "times", "left", "begins_at", "ends_at")
    list_select_related = ("account",)
    list_filter = ("code",)
    search_fields = ("=account__reference",)


@admin.register(RightUse)
class RightUseAdmin(ReadOnlyAdmin):
    list_display = ("reference", "right", "at")
    search_fields = ("=reference",)


@admin.register(Lot)
class LotAdmin(ReadOnlyAdmin):
    list_display = ("id", "number", "level", "state", "ends_at", "put_up_by")
    list_filter = ("state", "level")
    search_fields = ("=number",)


@admin.register(Bid)
class BidAdmin(ReadOnlyAdmin):
    list_display = ("id", "lot", "account", "amount_fen", "at")
    list_select_related = ("lot", "account")
    search_fields = ("=lot__number", "=account__reference")
