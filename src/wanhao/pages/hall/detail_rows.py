"""Records of a month as a customer reads them: chosen, summed, worded; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wanhao.menu.wording import listed, money, pick, service, zone
from wanhao.pages.design.record_words import amount
from wanhao.parties.contracts import Language
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.values.cycle import SHANGHAI

SERVICES = ("voice", "message", "data")
HEADS = (
    ("日期", "Date"),
    ("时间", "Time"),
    ("业务", "Service"),
    ("区域", "Where"),
    ("用量", "Amount"),
    ("费用", "Charge"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRow:
    """A record in words; `key` finds it again. `charge` is empty where nobody charged it singly."""

    key: str
    day: str
    clock: str
    service: str
    zone: str
    amount: str
    charge: str

    def cells(self) -> tuple[str, ...]:
        """In the order of the heads."""
        return self.day, self.clock, self.service, self.zone, self.amount, self.charge


def chosen(
    found: Iterable[UsageDetail], service_code: str, day: date | None, zone_code: str = ""
) -> list[UsageDetail]:
    """Those of a service, of a day and of a zone, of all where none is named."""
    return [
        one
        for one in found
        if service_code in ("", one.service)
        and day in (None, at(one).date())
        and zone_code in ("", one.zone)
    ]


def row(one: UsageDetail, language: Language) -> DetailRow:
    """A record in words."""
    begun = at(one)
    return DetailRow(
        key=key_of(one),
        day=begun.date().isoformat(),
        clock=f"{begun:%H:%M:%S}",
        service=service(one.service, language),
        zone=zone(one.zone, language),
        amount=amount(one.service, one.quantity * one.sign, language),
        charge="" if one.charge_fen is None else money(one.charge_fen * one.sign),
    )


def sums(found: Sequence[UsageDetail], language: Language) -> str:
    """What they come to, service by service, and how many they are."""
    many = pick(language, (f"共{len(found)}条", f"{len(found)} records"))
    parts = [
        service(code, language)
        + pick(language, ("", " "))
        + amount(code, sum(one.quantity * one.sign for one in those), language)
        for code in SERVICES
        if (those := [one for one in found if one.service == code])
    ]
    return listed([many, *parts], language)


def heads(language: Language) -> tuple[str, ...]:
    """What stands over the columns."""
    return tuple(pick(language, one) for one in HEADS)


def key_of(one: UsageDetail) -> str:
    """What tells a record from every other of its number."""
    return f"{one.start}-{one.batch}-{one.record_id}"


def at(one: UsageDetail) -> datetime:
    """When it began, on the wall."""
    return datetime.fromtimestamp(one.start, SHANGHAI)
