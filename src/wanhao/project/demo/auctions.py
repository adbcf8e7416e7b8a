"""Two lucky numbers of the demo, up for charity."""

from datetime import datetime, timedelta

from wanhao.billing.ports import Billing, billing_source
from wanhao.loyalty.auction_reading import number_is_taken
from wanhao.workflows.put_up_lot import put_up_lot

LOTS = ((16900005188, "L2", 7), (16900008888, "L5", 14))
"""Number, level and days; nobody has these numbers."""


def put_demo_lots_up(now: datetime) -> None:
    """Put each up that nobody has won; none where money is moved elsewhere."""
    if billing_source().billing is Billing.FOREIGN:
        return
    for number, level, days in LOTS:
        if not number_is_taken(number):
            put_up_lot(number, level, now + timedelta(days=days), now, by="demo")
