"""What ends at once because somebody left: all that a group held, or one of several alike."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from wanhao.products.models import Product
from wanhao.products.ordering import lock_groups

END = """
UPDATE wanhao_products_product SET until = greatest(since, %s), ends_at = NULL
WHERE group_id = ANY(%s::bigint[]) AND (until IS NULL OR until > %s)
"""


@transaction.atomic
def end_all(group_ids: Collection[int], at: datetime) -> None:
    """Groups that nobody is in any more hold nothing from `at` on; what was to come never does.

    Monthly fees that count by days are owed to the day before; call it while telling the meter.
    """
    lock_groups(group_ids)
    with connection.cursor() as cursor:
        cursor.execute(END, [at, sorted(group_ids), at])


@transaction.atomic
def end_one(group_id: int, code: str, *, began: datetime, needed: int, at: datetime) -> None:
    """One of several products of a code ends at `at`: the one that began at `began`.

    When none did, the oldest ends if the group holds more than the `needed` ones.
    """
    lock_groups([group_id])
    rows = Product.objects.filter(group_id=group_id, offering__code=code, until__isnull=True)
    held = list(rows.order_by("since", "id"))
    surplus = held[:1] if len(held) > needed else []
    for row in ([one for one in held if one.since == began] or surplus)[:1]:
        Product.objects.filter(id=row.pk).update(until=max(row.since, at), ends_at=None)
