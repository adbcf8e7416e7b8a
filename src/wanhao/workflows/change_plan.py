"""Change the plan: the present one ends with the month, the meter knows both."""

from datetime import datetime

from django.db import transaction

from wanhao.products import actions as products
from wanhao.products.contracts import HeldProduct
from wanhao.workflows.change_products import changing_products


@transaction.atomic
def change_plan(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group's plan becomes another one; asking for the plan in force takes a change back.

    WanhaoError as `products.actions.change_plan` says, or where orders are refused.
    """
    with changing_products(group_id, now, ordering=True):
        return products.change_plan(group_id, code, now)
