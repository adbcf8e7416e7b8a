"""Order a product: a group holds it, and the meter knows what it includes and costs."""

from datetime import datetime

from django.db import transaction

from wanhao.products import actions as products
from wanhao.products.contracts import HeldProduct
from wanhao.workflows.change_products import changing_products


@transaction.atomic
def order_product(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group orders a pack, an upgrade, broadband, a card or its first plan, from now on.

    WanhaoError as `products.actions.order` says, or where orders are refused.
    """
    with changing_products(group_id, now, ordering=True):
        return products.order_locked(group_id, code, now)
