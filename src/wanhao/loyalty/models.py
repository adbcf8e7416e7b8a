"""Points in batches with the entries that explain them; stars, their rights and the uses."""

from typing import ClassVar

from django.db import models

from wanhao.loyalty.auction_models import Bid, Lot
from wanhao.loyalty.contracts import EntryKind, Errand, StarReason

# The auction has a file of its own; all tables are known from here.
__all__ = [
    "AccountStar",
    "Bid",
    "HeldRight",
    "Lot",
    "PointsBatch",
    "PointsEntry",
    "Redemption",
    "RedemptionReversal",
    "RightUse",
    "Round",
    "StarChange",
]

ACCOUNT = "wanhao_parties.BillingAccount"


class PointsBatch(models.Model):
    """An account's points of one year, which expire together; always the sum of its entries."""

    account = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    points = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "year"], name="batch_one_per_year"),
            models.UniqueConstraint(fields=["id", "account"], name="batch_with_its_account"),
            models.CheckConstraint(
                condition=models.Q(points__gte=0), name="batch_never_less_than_nothing"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["year", "id"],
                condition=models.Q(points__gt=0),
                name="batch_that_can_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}, {self.year}: {self.points} points"


class Redemption(models.Model):
    """Points turned into an item; never changed, never deleted."""

    account = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=32)
    quantity = models.IntegerField()
    points = models.BigIntegerField()
    bill_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(quantity__gt=0, points__gt=0, bill_fen__gte=0),
                name="redemption_is_more_than_nothing",
            ),
            models.CheckConstraint(
                condition=~models.Q(reference=""), name="redemption_has_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class RedemptionReversal(models.Model):
    """A redemption taken back, once; never changed, never deleted."""

    redemption = models.OneToOneField(
        Redemption, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    reference = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(reference=""), name="reversal_has_reference"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PointsEntry(models.Model):
    """A movement of points in one batch; never changed, never deleted.

    `account` and `batch` together are a foreign key, kept by the migration.
    """

    account = models.ForeignKey(
        ACCOUNT, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    batch = models.ForeignKey(
        PointsBatch, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.name) for kind in EntryKind])
    points = models.BigIntegerField()
    cycle = models.IntegerField(null=True)
    counted_fen = models.BigIntegerField(null=True)
    reward_percent = models.SmallIntegerField(null=True)
    redemption = models.ForeignKey(
        Redemption, on_delete=models.PROTECT, related_name="+", null=True, db_index=False
    )
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(kind__in=("earned", "returned"), points__gt=0)
                | models.Q(kind__in=("redeemed", "expired"), points__lt=0),
                name="points_come_or_go_by_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind="earned",
                    cycle__isnull=False,
                    counted_fen__gt=0,
                    reward_percent__gte=0,
                    redemption__isnull=True,
                )
                | models.Q(
                    models.Q(kind="expired") | models.Q(redemption__isnull=False),
                    ~models.Q(kind="earned"),
                    cycle__isnull=True,
                    counted_fen__isnull=True,
                    reward_percent__isnull=True,
                ),
                name="points_say_where_from",
            ),
            models.UniqueConstraint(
                fields=["account", "cycle"],
                condition=models.Q(kind="earned"),
                name="points_earned_once_per_cycle",
            ),
            models.UniqueConstraint(
                fields=["redemption", "batch", "kind"],
                condition=models.Q(redemption__isnull=False),
                name="points_move_once_per_redemption",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="points_of_an_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.points}"


class AccountStar(models.Model):
    """An account's star, in force until `ends_at`, and the last cycle it was evaluated for."""

    account = models.OneToOneField(
        ACCOUNT, on_delete=models.PROTECT, related_name="+", primary_key=True
    )
    star = models.SmallIntegerField()
    growth = models.BigIntegerField()
    since = models.DateTimeField()
    ends_at = models.DateTimeField()
    cycle = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(star__range=(0, 7)), name="star_0_to_7"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("since")),
                name="star_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.star}"


class StarChange(models.Model):
    """A change of a star; never changed, never deleted."""

    account = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+")
    before = models.SmallIntegerField()
    after = models.SmallIntegerField()
    growth = models.BigIntegerField()
    cycle = models.IntegerField()
    reason = models.CharField(max_length=7, choices=[(why.value, why.name) for why in StarReason])
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.before} to {self.after}"


class HeldRight(models.Model):
    """A right as an account's star gave it; `left` is empty where it is not counted."""

    account = models.ForeignKey(ACCOUNT, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=24)
    percent = models.SmallIntegerField()
    times = models.SmallIntegerField()
    left = models.SmallIntegerField(null=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "code", "begins_at"], name="right_granted_once"
            ),
            models.CheckConstraint(
                condition=models.Q(times=0, left__isnull=True)
                | models.Q(times__gt=0, left__gte=0, left__lte=models.F("times")),
                name="right_never_used_too_often",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gte=models.F("begins_at")),
                name="right_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of account {self.account_id}"


class RightUse(models.Model):
    """One use of a right; never changed, never deleted."""

    right = models.ForeignKey(HeldRight, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reference=""), name="use_has_reference"),
        ]

    def __str__(self) -> str:
        return self.reference


class Round(models.Model):
    """A way round all accounts, and how far it came; done when `finished_at` is set."""

    errand = models.CharField(max_length=6, choices=[(one.value, one.name) for one in Errand])
    cycle = models.IntegerField()
    day = models.DateField()
    after_account = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["errand", "cycle", "day"], name="round_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.errand} {self.cycle} on {self.day}"
