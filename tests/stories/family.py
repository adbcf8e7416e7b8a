"""A family whose months are lived through: real meter, real ledger, real bill run, a told clock."""

from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path

from wanhao.billing.bills.contracts import AllowanceKind, BillLine, LineKind
from wanhao.parties.contracts import (
    CustomerKind,
    LineRole,
    NewAccount,
    NewGroup,
    NewLine,
    PayType,
)
from wanhao.project.demo.usage_files import FileFormat, UsageRecord, drop, encode, table_of
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.run_due_bills import run_due_bills
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

UNITS = {"KB": 1 << 10, "MB": 1 << 20}
SOURCES = {"voice": "msc-1", "message": "smsc-1", "data": "pgw-1"}


class Family:
    """One account with one group; `at` moves the clock, and everything due then happens."""

    def __init__(self, folder: Path, number: int, plan: str, since: str) -> None:
        self.now = moment(since)
        self.folders = Folders(folder)
        self.meter = LocalMeter(
            folders=self.folders, sink=TellCustomers(), clock=lambda: self.now, shards=2
        )
        watch_thresholds(self.now)
        self.meter.start()
        (opened,) = open_accounts([_order(number, plan, self.now)], self.now)
        self.account = opened.account_id
        self.group = opened.groups[0].group_id
        self.settle()
        self._ids = count(1)

    def at(self, told: str) -> datetime:
        """The clock moves on; what is due then (months, rent, bills) is done."""
        self.now = moment(told)
        self.settle()
        return self.now

    def settle(self) -> None:
        """The meter takes in all that waits, and the worker does all that is due."""
        while self.meter.step():
            pass
        while run_due_bills(self.now):
            pass
        while self.meter.step():
            pass

    def use(
        self,
        number: int,
        service: str,
        amount: str,
        *,
        started: str = "",
        zone: str = "domestic",
        sign: int = 1,
    ) -> None:
        """A record that comes in now; it started now, unless it says otherwise."""
        identity = next(self._ids)
        start = int(moment(started).timestamp()) if started else int(self.now.timestamp())
        quantity, unit = amount.split()
        record = UsageRecord(
            record_id=str(identity),
            source=SOURCES[service],
            number=number,
            service=service,
            zone=zone,
            start=start,
            quantity=int(quantity) * UNITS.get(unit, 1),
            sign=sign,
        )
        kind = FileFormat.PARQUET if identity % 2 else FileFormat.CSV
        drop(self.folders.inbox, f"{identity:04d}.{kind}", encode(table_of([record]), kind))
        self.settle()


def moment(told: str) -> datetime:
    """An instant of Asia/Shanghai."""
    return datetime.fromisoformat(told).replace(tzinfo=SHANGHAI)


def shown(line: BillLine) -> tuple[str, ...]:
    """A bill's line as the page of the rules writes it."""
    yuan = f"{line.fen / 100:.2f}"
    if line.kind in (LineKind.RENT, LineKind.PACK, LineKind.ONE_OFF):
        return (line.code, "", "", "", "", "", yuan)
    if line.kind is LineKind.LATE:
        late = replace(line, kind=LineKind(line.service))
        return (f"late {line.service}", amount(late, line.used), "", "", "", "", yuan)
    taken = dict.fromkeys(AllowanceKind, 0)
    for allowance in line.allowances:
        taken[allowance.kind] += allowance.used
    parts = [amount(line, taken[kind]) if taken[kind] else "" for kind in AllowanceKind]
    return (line.kind.value, amount(line, line.used), *parts, amount(line, line.beyond), yuan)


def amount(line: BillLine, units: int) -> str:
    """Units in the words of the page; the story deals in whole MB."""
    if line.kind is LineKind.DATA:
        assert units % UNITS["MB"] == 0
        return f"{units // UNITS['MB']} MB"
    return f"{units} min" if line.kind is LineKind.VOICE else str(units)


def _order(number: int, plan: str, since: datetime) -> AccountOrder:
    main = NewLine(number=number, since=int(since.timestamp()), role=LineRole.MAIN)
    account = NewAccount(
        reference="family-wang",
        customer_name="王大山",
        customer_kind=CustomerKind.PERSON,
        city="3601",
        pay_type=PayType.POSTPAID,
        groups=(NewGroup(lines=(main,)),),
    )
    return AccountOrder(account=account, offering_codes=(plan,))
