"""Lots of the charity auction, and the bids for them."""

from typing import ClassVar

from django.db import models

from wanhao.loyalty.auction_states import LIVE, SOLD_OR_OFFERED, LotState

SOLD = [state.value for state in SOLD_OR_OFFERED]
NOT_SOLD = [state.value for state in LotState if state not in SOLD_OR_OFFERED]


class Lot(models.Model):
    """A number that is auctioned: its price and contract as they were when it was put up.

    `winner` is the bid that may be paid until `pay_until`, or was.
    """

    number = models.BigIntegerField()
    level = models.CharField(max_length=8)
    start_fen = models.BigIntegerField()
    step_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField()
    minimum_fen = models.BigIntegerField()
    prestore_fen = models.BigIntegerField()
    months = models.SmallIntegerField()
    put_up_at = models.DateTimeField()
    put_up_by = models.CharField(max_length=64)
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(one.value, one.value) for one in LotState])
    winner = models.ForeignKey(
        "wanhao_loyalty.Bid", on_delete=models.PROTECT, related_name="+", null=True
    )
    pay_until = models.DateTimeField(null=True)
    right_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["number"],
                condition=models.Q(state__in=[state.value for state in LIVE]),
                name="lot_of_a_number_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(start_fen__gt=0, step_fen__gt=0, deposit_fen__gt=0),
                name="lot_is_worth_something",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=SOLD, winner__isnull=False, pay_until__isnull=False)
                | models.Q(state__in=NOT_SOLD, winner__isnull=True),
                name="lot_is_won_by_a_bid",
            ),
            models.CheckConstraint(
                condition=models.Q(state="paid", right_until__isnull=False)
                | models.Q(~models.Q(state="paid"), right_until__isnull=True),
                name="lot_that_is_paid_gives_a_right",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "ends_at"], name="lot_by_state")]

    def __str__(self) -> str:
        return f"lot {self.pk}: {self.number} {self.state}"


class Bid(models.Model):
    """A bid for a lot; never changed, never deleted."""

    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(
        "wanhao_parties.BillingAccount", on_delete=models.PROTECT, related_name="+"
    )
    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    amount_fen = models.BigIntegerField()
    reference = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lot", "amount_fen"], name="bid_is_above_the_others"),
            models.CheckConstraint(
                condition=models.Q(amount_fen__gt=0), name="bid_is_more_than_nothing"
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="bid_has_reference"),
        ]

    def __str__(self) -> str:
        return f"bid {self.pk} for lot {self.lot_id}"
