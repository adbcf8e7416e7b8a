"""Offerings on sale and the products groups hold."""

from typing import ClassVar

from django.db import models


class ProductOffering(models.Model):
    """A plan on sale, as the catalogue file says."""

    code = models.CharField(max_length=32, unique=True)
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    fee_fen = models.BigIntegerField()
    voice_minutes = models.IntegerField()
    messages = models.IntegerField()
    data_mb = models.IntegerField()
    voice_unit_seconds = models.IntegerField()
    voice_price_fen = models.IntegerField()
    message_price_fen = models.IntegerField()
    data_price_fen_per_mb = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    fee_fen__gte=0,
                    voice_price_fen__gte=0,
                    message_price_fen__gte=0,
                    data_price_fen_per_mb__gte=0,
                ),
                name="offering_costs_nothing_or_more",
            ),
            models.CheckConstraint(
                condition=models.Q(voice_minutes__gte=0, messages__gte=0, data_mb__gte=0),
                name="offering_includes_nothing_or_more",
            ),
            models.CheckConstraint(
                condition=models.Q(voice_unit_seconds__range=(1, 60)),
                name="offering_voice_unit_up_to_a_minute",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Product(models.Model):
    """An offering held by a group, from `since` until `until`; live while `until` is empty."""

    group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    offering = models.ForeignKey(ProductOffering, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(until__isnull=True),
                name="product_one_plan_per_group",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="product_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"product {self.pk}"
