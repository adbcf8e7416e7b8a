"""The table of docs/rules/counting.md about what leaves the quarantine holds."""

import pytest

from tests.metering.pages import rows_of
from tests.usage.operators import NOW, ZHAO, drop, meter, row, settle, tell, two_customers
from wanhao.usage import queries
from wanhao.usage.contracts import LineFact
from wanhao.usage.held import dismissed_records, held_records
from wanhao.usage.mending import dismiss, repair, replay
from wanhao.usage.quarantine_contracts import HeldFilter

pytestmark = pytest.mark.django_db(transaction=True)
SUN = 16_907_910_003
CLERK = {"by": "clerk", "why": "as on the page", "now": NOW}
UNKNOWN = HeldFilter(reason="unknown-number")


def only(reason):
    (found,) = held_records(HeldFilter(reason=reason))
    return found.record_id


def counted(folder):
    drop(folder, "a.csv", [row(1), row(2, SUN), row(3, SUN), row(4, ZHAO, "fax"), row(5, "x")])


def replayed(folder):
    replay(UNKNOWN, **CLERK)


def opened_and_delivered(folder):
    tell(LineFact(number=SUN, group_id=2, since=0))
    drop(folder, "b.csv", [row(2, SUN)])


def repaired(folder):
    repair(only("unknown-service"), {"service": "message"}, **CLERK)


def dismissed(folder):
    dismiss(HeldFilter(ids=(only("unreadable"),)), **CLERK)


STEPS = (counted, replayed, opened_and_delivered, replayed, repaired, dismissed)


def test_what_leaves_the_quarantine(tmp_path):
    two_customers()
    made = meter(tmp_path)
    rows = rows_of("counting.md", "what was done")
    for step, (told, *figures) in zip(STEPS, rows, strict=True):
        step(tmp_path)
        settle(made)
        now = queries.meter_status(NOW)
        found = [now.records_in, now.metered, now.duplicate, now.quarantined, dismissed_records()]
        assert (told, found) == (told, [int(figure) for figure in figures])
