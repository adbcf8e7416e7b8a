"""Customers who pay in advance, some with 个人定制套餐 49 (500 MB), and a meter with a clock."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from tests.parties.examples import a_family, a_line, an_account
from tests.usage.operators import drop, meter, row, settle
from wanhao.communications.queries import messages_to
from wanhao.metering.closing import closed_cells
from wanhao.metering.meters import DATA
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.usage.contracts import Crossing
from wanhao.usage.local import LocalMeter
from wanhao.usage.ports import provide_reader
from wanhao.usage.view.reader import LocalReader
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.watch_thresholds import watch_thresholds

GIVER, RECEIVER, OTHER, FAMILY_CARD = 16907910001, 16907930001, 16907940001, 16907920002
MB = 1024 * 1024
PLAN = "custom-prepaid-49"


def instant(told: str) -> datetime:
    """An instant of Asia/Shanghai."""
    return datetime.fromisoformat(told).replace(tzinfo=SHANGHAI).astimezone(UTC)


OPENED = instant("2026-12-01 00:00:00")


class Sink:
    """Keeps what the meter found."""

    def __init__(self) -> None:
        self.seen: list[Crossing] = []

    def accept(self, batch: int, crossings: Sequence[Crossing], now: datetime) -> None:
        self.seen += crossings


class Givers:
    """The customers, with what each used and was given."""

    def __init__(self, folder: Path) -> None:
        load_catalogue()
        zh, en = (a_line(GIVER),), (a_line(RECEIVER, language=Language.EN),)
        accounts = [an_account("giver", zh), an_account("receiver", en)]
        orders = [AccountOrder(account=one, offering_codes=(PLAN,)) for one in accounts]
        other = an_account("other", (a_line(OTHER),))
        orders.append(AccountOrder(account=other, offering_codes=("lexiang-4g-59",)))
        orders.append(AccountOrder(account=a_family("family"), offering_codes=(PLAN,)))
        open_accounts(orders, OPENED)
        watch_thresholds(OPENED)
        self.folder, self.now, self.files, self.sink = folder, OPENED, 0, Sink()
        self.meter: LocalMeter = meter(folder, self.sink, clock=lambda: self.now)
        settle(self.meter)
        self.reader = LocalReader(self.meter.folders.root)
        provide_reader(self.reader)

    def group(self, number: int) -> int:
        """The group of a number."""
        return lines_by_number([number])[number].group_id

    def wait(self, until: datetime) -> None:
        """Time goes by, and the meter does what is due meanwhile."""
        for moment in (Cycle.of(until).start + timedelta(minutes=n) for n in range(5)):
            self.now = max(self.now, min(moment, until))
            settle(self.meter)
        self.now = until
        settle(self.meter)

    def uses(self, number: int, megabytes: int, begins: datetime | None = None) -> None:
        """Deliver one record of data, and count it."""
        self.files += 1
        start = int((begins or self.now - timedelta(minutes=5)).timestamp())
        record = row(self.files, number, "data", megabytes * MB, start=start)
        drop(self.folder, f"{self.files}.csv", [record])
        settle(self.meter)

    def data(self, number: int, cycle: int | None = None) -> dict[str, int]:
        """What the meter says of a number's data at home in a month: MB, and fen."""
        group, found = self.group(number), {"gifts": 0}
        newest = self.meter.state.current().cycle
        for cells, packs in closed_cells(self.meter.state, cycle or newest):
            at = (cells.group == group) & (cells.zone == 0) & (cells.service == DATA)
            for (place,) in np.argwhere(at):
                left = max(int(cells.plan[place] - cells.plan_used[place]), 0)
                found |= {
                    "left": left // MB,
                    "plan": int(cells.plan_used[place]) // MB,
                    "rolled": int(cells.rolled[place]) // MB,
                    "beyond": int(cells.outside[place]) // MB,
                    "fen": int(cells.charge[place]),
                }
            found["gifts"] += int(packs.used[packs.group == group].sum()) // MB
        return found


def texts_to(number: int) -> list[str]:
    """What a number is told, as it would read now."""
    return [view.text for view in reversed(messages_to([number], 10).get(number, []))]
