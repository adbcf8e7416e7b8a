"""What other rooms may hold of data that is given to others."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDataGift:
    """Data of one group's plan that another group shall have this month, in MB.

    The two `_line`s say whose hands it goes from and to. `plan_data_used` are the octets that the
    meter says were taken of the giver's plan; `reference` makes it happen once.
    """

    giver_group: int
    giver_line: int
    receiver_group: int
    receiver_line: int
    mb: int
    plan_data_used: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataGiftView:
    """Data that was given; to the receiver it is a pack of the number `gift_id`."""

    gift_id: int
    giver_group: int
    giver_line: int
    receiver_group: int
    receiver_line: int
    cycle: int
    mb: int
    given_at: datetime
