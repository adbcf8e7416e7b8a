"""Detail: the records of one month, one by one; whoever reads them is noted down."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wanhao.access.actions import record_read
from wanhao.billing.bills.figures import data_amount, voice_amount
from wanhao.billing.bills.queries import shown_cycles
from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.months import cycle_named, plain_month
from wanhao.menu.wording import full_month, lines, listed, moment, money, sentence, service, zone
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.details import kept_only_from, records_of
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.msisdn import Msisdn

PAGE = 50
SERVICES = ("voice", "message", "data")


class DetailInputs(Inputs):
    """Which month, as 202610 or 10 (the running one when none is named), which service, and which
    page of 50 records."""

    month: Annotated[str, BeforeValidator(plain_month)] = ""
    service: Literal["", "voice", "message", "data"] = ""
    page: int = Field(default=1, ge=1, le=10_000)


def answer(asking: Asking[DetailInputs]) -> Answer:
    """A page of the month's records."""
    cycle = _cycle(asking)
    record_read(None, f"line {asking.line.number}", _purpose(asking), asking.now)
    found = [
        one
        for one in records_of([asking.line.number], cycle)
        if asking.inputs.service in ("", one.service)
    ]
    _refuse_gone(found, cycle)
    pages = max(-(-len(found) // PAGE), 1)
    if asking.inputs.page > pages:
        raise RefusedError(f"只有{pages}页。", f"There are {pages} pages only.")
    first = (asking.inputs.page - 1) * PAGE
    shown = found[first : first + PAGE]
    short = _short(asking, cycle, found)
    more = asking.say(
        f"第{asking.inputs.page}页，共{pages}页", f"Page {asking.inputs.page} of {pages}"
    )
    return Answer(
        long=lines([short, *(_line(asking, one) for one in shown), more if pages > 1 else ""]),
        short=short,
        data={
            "cycle": cycle,
            "number": Msisdn(asking.line.number).masked,
            "records": len(found),
            "page": asking.inputs.page,
            "pages": pages,
            "shown": [_data(one) for one in shown],
        },
    )


def _cycle(asking: Asking[DetailInputs]) -> int:
    current = Cycle.of(asking.now).number
    if not asking.inputs.month:
        return current
    cycle = cycle_named(asking.inputs.month, asking.now)
    if cycle != current and cycle not in shown_cycles(current):
        raise RefusedError(
            "只能查询当月和最近5个月的详单。",
            "Only the records of this month and the last five are shown.",
        )
    return cycle


def _refuse_gone(found: Sequence[UsageDetail], cycle: int) -> None:
    kept = kept_only_from(cycle) if not found else ""
    if kept:
        raise RefusedError(f"详单自{kept}起保留。", f"Records are kept from {kept} on.")


def _purpose(asking: Asking[DetailInputs]) -> str:
    who = f" by {asking.asker.name}" if asking.asker.name else ""
    return f"detail at {asking.asker.door.value}{who}"[:64]


def _short(asking: Asking[DetailInputs], cycle: int, found: Sequence[UsageDetail]) -> str:
    language = asking.asker.language
    of = full_month(cycle, language)
    if not found:
        return asking.say(f"{of}没有详单记录。", f"There are no records of {of}.")
    sums = [
        service(code, language) + asking.say("", " ") + _sum(asking, code, found)
        for code in SERVICES
        if any(one.service == code for one in found)
    ]
    head = asking.say(f"{of}共{len(found)}条记录", f"{of}: {len(found)} records")
    return sentence([head, *sums], language)


def _sum(asking: Asking[DetailInputs], code: str, found: Sequence[UsageDetail]) -> str:
    total = sum(one.quantity * one.sign for one in found if one.service == code)
    return _amount(asking, code, total)


def _amount(asking: Asking[DetailInputs], code: str, quantity: int) -> str:
    if code == "voice":
        return voice_amount(quantity, 1, asking.asker.language)
    if code == "data":
        return data_amount(quantity)
    return asking.say(f"{quantity}条", f"{quantity}")


def _line(asking: Asking[DetailInputs], one: UsageDetail) -> str:
    language = asking.asker.language
    at = datetime.fromtimestamp(one.start, SHANGHAI)
    what = asking.say(
        f"{zone(one.zone, language)}{service(one.service, language)}",
        f"{service(one.service, language)} {zone(one.zone, language)}",
    )
    parts = [
        f"{moment(at, language)}:{at:%S}",
        what,
        _amount(asking, one.service, one.quantity * one.sign),
    ]
    if one.charge_fen is not None:
        parts.append(money(one.charge_fen))
    return listed(parts, language)


def _data(one: UsageDetail) -> JSON:
    return {
        "start": datetime.fromtimestamp(one.start, SHANGHAI).isoformat(),
        "service": one.service,
        "zone": one.zone,
        "quantity": one.quantity * one.sign,
        "charge_fen": one.charge_fen,
    }


# By message and on the phone nobody is known as well as this wants; both are told where else.
ITEM = MenuItem(
    code="detail",
    zh="查详单",
    en="Detailed records",
    level=IdentityLevel.STRONG,
    doors=frozenset(
        {Door.SMS, Door.HOTLINE, Door.WEB, Door.APP, Door.TERMINAL, Door.COUNTER, Door.API}
    ),
    inputs=DetailInputs,
    answer=answer,
)
