"""Tell tariffs: the meter learns of every combination of prices before anybody is charged by it."""

from django.db import transaction

from wanhao.products.actions import take_untold_tariffs
from wanhao.usage.actions import record_facts
from wanhao.workflows.describe_terms import tariff_fact


@transaction.atomic(savepoint=False)
def tell_tariffs() -> int:
    """Tell the meter the tariffs it does not know yet; returns how many those are."""
    tariffs = take_untold_tariffs()
    if tariffs:
        record_facts([tariff_fact(tariff) for tariff in tariffs])
    return len(tariffs)
