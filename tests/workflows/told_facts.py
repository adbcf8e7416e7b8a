"""What the meter was told, in order."""

from wanhao.usage.contracts import Fact
from wanhao.usage.facts_log import decode
from wanhao.usage.models import Fact as FactRow


def told_facts() -> list[Fact]:
    rows = FactRow.objects.order_by("number")
    return [fact for row in rows for fact in decode(row.kind, row.body)]
