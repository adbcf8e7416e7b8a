"""Cancel a product: it ends as its rule says, and the meter knows when."""

from datetime import datetime

from django.db import transaction

from wanhao.products import actions as products
from wanhao.products.contracts import HeldProduct
from wanhao.workflows.change_products import changing_products


@transaction.atomic
def cancel_product(group_id: int, code: str, now: datetime) -> HeldProduct:
    """A group does without a product; WanhaoError as `products.actions.cancel` says."""
    with changing_products(group_id, now):
        return products.cancel(group_id, code, now)
