"""Bill: this month so far and the last five; or the lines of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

from wanhao.billing.bills.contracts import BillView, MonthTotal
from wanhao.billing.bills.queries import histories, shown_bill, shown_cycles
from wanhao.billing.bills.wording import Section, sections
from wanhao.billing.queries import balances
from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.metered import uses_of
from wanhao.menu.months import cycle_named, plain_month
from wanhao.menu.wording import full_day, full_month, lines, money, month, sentence
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError


class BillInputs(Inputs):
    """Which month, as 202610 or 10; all of them when none is named."""

    month: Annotated[str, BeforeValidator(plain_month)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Has:
    """What was looked up for all who ask."""

    uses: Mapping[int, UseSoFar]
    months: Mapping[int, Sequence[MonthTotal]]
    balances: Mapping[int, int]

    def use(self, asking: Asking[BillInputs]) -> UseSoFar | None:
        return self.uses.get(asking.line.group_id)

    def owed(self, asking: Asking[BillInputs]) -> int:
        return max(-self.balances.get(asking.line.account_id, 0), 0)


def answer(asking: Asking[BillInputs]) -> Answer:
    """One month's bill, or how much each month was."""
    (found,) = together([asking])
    if isinstance(found, WanhaoError):
        raise found
    return found


def together(asked: Sequence[Asking[BillInputs]]) -> list[Answer | WanhaoError]:
    """The same for many: with one look at the bills, the ledger and the meter; the lines of a bill
    that was named are looked up one by one."""
    accounts = {asking.line.account_id for asking in asked}
    current = Cycle.of(asked[0].now).number
    whole = any(not asking.inputs.month for asking in asked)
    has = _Has(
        uses=uses_of(asked) or {},
        months=histories(accounts, current) if whole else {},
        balances=balances(accounts),
    )
    return [_answered(asking, has, current) for asking in asked]


def _answered(asking: Asking[BillInputs], has: _Has, current: int) -> Answer | WanhaoError:
    if not asking.inputs.month:
        return _all(asking, has, current)
    try:
        cycle = cycle_named(asking.inputs.month, asking.now)
        return _so_far(asking, has, current) if cycle == current else _past(asking, has, cycle)
    except RefusedError as refusal:
        return refusal


def _past(asking: Asking[BillInputs], has: _Has, cycle: int) -> Answer:
    current = Cycle.of(asking.now).number
    if cycle not in shown_cycles(current):
        raise RefusedError(
            "只能查询当月和最近5个月的账单。",
            "Only this month's and the last five bills are shown.",
        )
    bill = shown_bill(asking.line.account_id, cycle, current)
    if bill is None:
        raise RefusedError(
            f"{cycle // 100}年{cycle % 100}月没有账单。", f"There is no bill of {cycle}."
        )
    return _one(asking, has, bill)


def _all(asking: Asking[BillInputs], has: _Has, current: int) -> Answer:
    months = has.months[asking.line.account_id][::-1]
    use, owed = has.use(asking), has.owed(asking)
    so_far = _so_far_words(asking, use, current)
    latest = next((one for one in months if one.fen is not None), None)
    short = [so_far.rstrip("。.")]
    if latest is not None:
        short.append(_month_words(asking, latest))
    return Answer(
        long=lines([so_far, *_months_words(asking, months), _owed_words(asking, owed)]),
        short=sentence(short, asking.asker.language),
        data={
            "cycle": current,
            "so_far_fen": use.charge_fen if use else None,
            "months": [{"cycle": one.cycle, "total_fen": one.fen} for one in months],
            "owed_fen": owed,
        },
    )


def _so_far(asking: Asking[BillInputs], has: _Has, current: int) -> Answer:
    use = has.use(asking)
    said = _so_far_words(asking, use, current)
    return Answer(
        long=said,
        short=said,
        data={"cycle": current, "so_far_fen": use.charge_fen if use else None},
    )


def _one(asking: Asking[BillInputs], has: _Has, bill: BillView) -> Answer:
    language = asking.asker.language
    due, of = full_day(bill.due_on, language), full_month(bill.cycle, language)
    total = money(bill.total_fen)
    parts = sections(bill.lines, language)
    short = asking.say(
        f"{of}账单{total}，请于{due}前缴清。", f"Bill of {of}: {total}, to be paid by {due}."
    )
    return Answer(
        long=lines([short, *(line for part in parts for line in _section(part))]),
        short=short,
        data={
            "cycle": bill.cycle,
            "total_fen": bill.total_fen,
            "due_on": bill.due_on.isoformat(),
            "lines": [
                {"kind": line.kind.value, "title": line.title, "fen": line.fen, "used": line.used}
                for part in parts
                for line in part.lines
            ],
            "owed_fen": has.owed(asking),
        },
    )


def _section(part: Section) -> list[str]:
    return [
        f"{part.title} {part.amount}",
        *("  " + " ".join([line.title, line.amount, *line.notes]) for line in part.lines),
    ]


def _so_far_words(asking: Asking[BillInputs], use: UseSoFar | None, current: int) -> str:
    of = month(current, asking.asker.language)
    if use is None:
        return asking.say(f"{of}话费暂时读不到。", f"{of} so far cannot be read now.")
    spent = money(use.charge_fen)
    return asking.say(f"{of}至今{spent}。", f"{of} so far: {spent}.")


def _month_words(asking: Asking[BillInputs], one: MonthTotal) -> str:
    of = full_month(one.cycle, asking.asker.language)
    if one.fen is None:
        return asking.say(f"{of}没有账单", f"{of}: no bill")
    return asking.say(f"{of}账单{money(one.fen)}", f"bill of {of} {money(one.fen)}")


def _months_words(asking: Asking[BillInputs], months: Sequence[MonthTotal]) -> list[str]:
    """The months from the latest to the first that has a bill; none before it."""
    first = max((at for at, one in enumerate(months, 1) if one.fen is not None), default=0)
    if not first:
        of = len(months)
        return [asking.say(f"近{of}个月没有账单", f"no bill in the last {of} months")]
    return [_month_words(asking, one) for one in months[:first]]


def _owed_words(asking: Asking[BillInputs], owed: int) -> str:
    if not owed:
        return ""
    return asking.say(f"目前未缴{money(owed)}。", f"Not paid yet: {money(owed)}.")


ITEM = MenuItem(
    code="bill",
    zh="查账单",
    en="Bill",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=BillInputs,
    answer=answer,
    together=together,
)
