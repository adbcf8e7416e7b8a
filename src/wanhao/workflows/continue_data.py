"""Continue data: the customer asks for it after it was stopped, and the schedule starts anew."""

from datetime import datetime

from django.db import transaction

from wanhao.parties.queries import lines_of_groups
from wanhao.products.actions import lift_data_stop
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import ContinueFact
from wanhao.values.cycle import Cycle
from wanhao.workflows.tell_network import tell_network


@transaction.atomic
def continue_data(group_id: int, now: datetime) -> None:
    """Data works again in the running month; WanhaoError when it was not stopped."""
    cycle = Cycle.of(now).number
    lift_data_stop(group_id, cycle, now)
    tell_network([line.line_id for line in lines_of_groups([group_id])], now)
    record_facts([ContinueFact(group_id=group_id, cycle=cycle)])
