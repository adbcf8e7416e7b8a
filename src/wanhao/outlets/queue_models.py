"""Desks of halls, and the tickets of their queues."""

from typing import ClassVar

from django.db import models

from wanhao.outlets.queue_contracts import Lane
from wanhao.outlets.queue_states import AT_A_DESK, LIVE, TicketState

Q = models.Q
STATES = [state.value for state in TicketState]
LANES = [lane.value for lane in Lane]
SERVICE_LENGTH = 16
NAME_LENGTH = 150
REFERENCE_LENGTH = 64


class Desk(models.Model):
    """A desk of a hall; `clerk` sits there, nobody when it is empty. `wheel` is where its turns
    are."""

    outlet = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    number = models.SmallIntegerField()
    services = models.JSONField(default=list)
    clerk = models.CharField(max_length=NAME_LENGTH, blank=True)
    wheel = models.SmallIntegerField(default=0)
    until = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "number"], name="desk_of_hall_once"),
            models.CheckConstraint(condition=Q(number__range=(1, 99)), name="desk_number_in_range"),
        ]

    def __str__(self) -> str:
        return f"desk {self.number} of {self.outlet_id}"


class TicketCount(models.Model):
    """How many numbers a lane of a hall has given out on a day."""

    outlet = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    lane = models.CharField(max_length=1)
    last = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["outlet", "day", "lane"], name="ticket_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.lane}{self.last:03}"


class Ticket(models.Model):
    """A place in the queue of a hall on a day, of a line or of somebody who came by.

    `near_at_once`: it was near its turn when it began to wait, so nobody tells that it is."""

    outlet = models.ForeignKey("wanhao_outlets.Outlet", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    lane = models.CharField(max_length=1, choices=[(lane, lane) for lane in LANES])
    number = models.IntegerField()
    line = models.ForeignKey(
        "wanhao_parties.Line", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    service = models.CharField(max_length=SERVICE_LENGTH, blank=True)
    state = models.CharField(max_length=8, choices=[(state, state) for state in STATES])
    booked_for = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField()
    waits_from = models.DateTimeField()
    desk = models.ForeignKey(
        Desk, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    calls = models.SmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True)
    near_at_once = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["outlet", "day", "lane", "number"], name="ticket_number_once"
            ),
            models.UniqueConstraint(
                fields=["outlet", "line"],
                condition=Q(state__in=[state.value for state in LIVE]),
                name="ticket_of_line_live_once",
            ),
            models.UniqueConstraint(
                fields=["desk"],
                condition=Q(state__in=[state.value for state in AT_A_DESK]),
                name="ticket_at_desk_once",
            ),
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="ticket_reference_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="ticket_state_known"),
            models.CheckConstraint(condition=Q(lane__in=LANES), name="ticket_lane_known"),
            models.CheckConstraint(condition=Q(number__gt=0), name="ticket_number_counts"),
            models.CheckConstraint(
                condition=~Q(state__in=[state.value for state in AT_A_DESK])
                | Q(desk__isnull=False, called_at__isnull=False),
                name="ticket_called_by_a_desk",
            ),
            models.CheckConstraint(
                condition=Q(lane=Lane.BOOKED.value, booked_for__isnull=False)
                | (~Q(lane=Lane.BOOKED.value) & Q(booked_for__isnull=True)),
                name="ticket_booked_for_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["outlet", "day", "lane", "waits_from", "id"],
                condition=Q(state=TicketState.WAITING.value),
                name="ticket_waiting",
            ),
            models.Index(fields=["outlet", "day", "booked_for"], name="ticket_of_day"),
            models.Index(fields=["line"], name="ticket_of_line"),
        ]

    def __str__(self) -> str:
        return f"{self.lane}{self.number:03}"


class TicketHop(models.Model):
    """What was done with a ticket, when and by whom; only appended."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=8)
    at = models.DateTimeField()
    by = models.CharField(max_length=NAME_LENGTH)
    desk = models.ForeignKey(
        Desk, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(by=""), name="ticket_hop_says_by_whom"),
        ]
        indexes: ClassVar = [models.Index(fields=["ticket"], name="ticket_hop_of_ticket")]

    def __str__(self) -> str:
        return f"{self.what} {self.ticket_id}"
