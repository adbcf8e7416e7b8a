"""Offerings on sale, the products groups hold, and the tariffs they are charged by."""

from typing import ClassVar

from django.db import models

from wanhao.products.contracts import Kind, Period

SLOT_LENGTH = 32
FIRST_CYCLE, LAST_CYCLE = 200001, 999912


class CatalogueFamily(models.Model):
    """Offerings that belong together, in the order of the catalogue."""

    code = models.CharField(max_length=32, unique=True)
    place = models.IntegerField()
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.code


class ProductOffering(models.Model):
    """One version of an offering: `terms` is all that the catalogue says of it.

    `slot` is what a group has one of at a time, empty for what it may have several of. `composed`
    offerings were put together from modules and stand in no file.
    """

    code = models.CharField(max_length=32)
    sold_from = models.DateField()
    sold_until = models.DateField(null=True, blank=True)
    family = models.CharField(max_length=32)
    kind = models.CharField(max_length=9, choices=[(kind.value, kind.name) for kind in Kind])
    slot = models.CharField(max_length=SLOT_LENGTH, blank=True)
    place = models.IntegerField()
    name_zh = models.CharField(max_length=64)
    name_en = models.CharField(max_length=64)
    fee_fen = models.BigIntegerField()
    period = models.CharField(max_length=5, choices=[(one.value, one.name) for one in Period])
    composed = models.BooleanField(default=False)
    terms = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code", "sold_from"], name="offering_version_once"),
            models.CheckConstraint(
                condition=models.Q(fee_fen__gte=0), name="offering_costs_nothing_or_more"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]),
                name="offering_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(period__in=[period.value for period in Period]),
                name="offering_period_known",
            ),
            models.CheckConstraint(
                condition=models.Q(sold_until__isnull=True)
                | models.Q(sold_until__gte=models.F("sold_from")),
                name="offering_sale_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Product(models.Model):
    """An offering held by a group from `since` until `until`, for good while that is empty.

    `charged_from` is the first month billed here. `ends_at` repeats an `until` within a month: an
    end the meter has to be told of when it comes.
    """

    group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    offering = models.ForeignKey(ProductOffering, on_delete=models.PROTECT, related_name="+")
    slot = models.CharField(max_length=SLOT_LENGTH, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    charged_from = models.IntegerField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "slot"],
                condition=models.Q(until__isnull=True) & ~models.Q(slot=""),
                name="product_one_of_a_slot",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="product_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(charged_from__range=(FIRST_CYCLE, LAST_CYCLE)),
                name="product_charged_from_a_month",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at=models.F("until")),
                name="product_end_is_its_until",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ends_at"],
                condition=models.Q(ends_at__isnull=False),
                name="product_end_due",
            ),
            models.Index(
                fields=["until", "id"],
                condition=models.Q(until__isnull=False),
                name="product_until",
            ),
        ]

    def __str__(self) -> str:
        return f"product {self.pk}"


class ProductPause(models.Model):
    """A product for which another fee is owed in whole months, from `first_cycle` to `last_cycle`,
    for good while that is empty; its group has no allowances then.

    `kept_for` is whatever it was paused for; what was paused together has the same.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    first_cycle = models.IntegerField()
    last_cycle = models.IntegerField(null=True)
    fee_fen = models.BigIntegerField()
    kept_for = models.BigIntegerField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=models.Q(last_cycle=None), name="pause_live_once"
            ),
            models.CheckConstraint(
                condition=models.Q(last_cycle=None)
                | models.Q(last_cycle__gte=models.F("first_cycle")),
                name="pause_ends_after_it_began",
            ),
            models.CheckConstraint(
                condition=models.Q(fee_fen__gte=0), name="pause_costs_nothing_or_more"
            ),
        ]

    def __str__(self) -> str:
        return f"product {self.product_id} paused from {self.first_cycle}"


class Tariff(models.Model):
    """A combination of prices under a number that never means anything else.

    A trigger refuses changes. `told`: the meter knows it.
    """

    fingerprint = models.CharField(max_length=64, unique=True)
    voice_unit_seconds = models.IntegerField()
    terms = models.JSONField()
    told = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(told=False), name="tariff_untold"),
        ]

    def __str__(self) -> str:
        return f"tariff {self.pk}"


class PlanTariff(models.Model):
    """The tariff of a plan, alone or with an automatic upgrade."""

    plan = models.ForeignKey(ProductOffering, on_delete=models.PROTECT, related_name="+")
    upgrade = models.ForeignKey(
        ProductOffering, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    tariff = models.ForeignKey(Tariff, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["plan", "upgrade"], nulls_distinct=False, name="tariff_of_a_plan_once"
            ),
        ]

    def __str__(self) -> str:
        return f"tariff {self.tariff_id} of plan {self.plan_id}"


class DataStop(models.Model):
    """A group's data was stopped at the limit of its schedule, until the customer asks to go on."""

    group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    cycle = models.IntegerField()
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["group", "cycle"],
                condition=models.Q(lifted_at__isnull=True),
                name="data_stopped_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"data stop {self.pk}"


class DataGift(models.Model):
    """Data of a plan that somebody else has in a month, as the `nth` gift of the giver.

    The id is a number that no product has. Rows stay: nothing is taken back or given on.
    """

    giver_group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    giver_line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+"
    )
    receiver_group = models.ForeignKey(
        "wanhao_parties.LineGroup", on_delete=models.PROTECT, related_name="+"
    )
    receiver_line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+"
    )
    cycle = models.IntegerField()
    nth = models.SmallIntegerField()
    mb = models.IntegerField()
    rank = models.IntegerField()
    reference = models.CharField(max_length=64, unique=True)
    given_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["giver_group", "cycle", "nth"], name="data_gift_counted_once"
            ),
            models.CheckConstraint(
                condition=models.Q(mb__gt=0, nth__gt=0), name="data_gift_is_something"
            ),
            models.CheckConstraint(
                condition=~models.Q(giver_group=models.F("receiver_group")),
                name="data_gift_to_another",
            ),
            models.CheckConstraint(
                condition=models.Q(cycle__range=(FIRST_CYCLE, LAST_CYCLE)),
                name="data_gift_in_a_month",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["receiver_group", "cycle"], name="data_gift_received"),
        ]

    def __str__(self) -> str:
        return f"data gift {self.pk}"


class RoamingPermit(models.Model):
    """A line that may be used abroad, from `since` until `until`; who switched it and where."""

    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    door = models.CharField(max_length=9)
    by = models.CharField(max_length=150, blank=True)
    until = models.DateTimeField(null=True, blank=True)
    until_door = models.CharField(max_length=9, default="", db_default="", blank=True)
    until_by = models.CharField(max_length=150, default="", db_default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"],
                condition=models.Q(until__isnull=True),
                name="roaming_permitted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(until__isnull=True) | models.Q(until__gte=models.F("since")),
                name="roaming_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"roaming of line {self.line_id}"


class PortingCode(models.Model):
    """A code with which another operator may take a line's number over, kept as a keyed hash."""

    line = models.ForeignKey("wanhao_parties.Line", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gte=models.F("issued_at")),
                name="porting_code_ends_after_issue",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["line", "-id"], name="porting_code_of_line")]

    def __str__(self) -> str:
        return f"porting code of line {self.line_id}"
