"""A bill on paper: letterhead, what is due, how it came about, what was used, how to pay."""

from datetime import date, timedelta

from wanhao.billing.bills.contracts import BillView, Letterhead, Payer
from wanhao.billing.bills.figures import month_name
from wanhao.billing.bills.phrases import phrase
from wanhao.billing.bills.sheet import BLUE, LEFT, QUIET, RIGHT, WASH, Sheets
from wanhao.billing.bills.wording import Section, WordedAllowance, WordedLine, sections
from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.money import Money

MARK = "万"
PAPER = "#ffffff"
NOTES_WIDTH = 400
COLUMNS = (LEFT, 250, 340, 430)


def bill_pdf(bill: BillView, payer: Payer, letterhead: Letterhead, language: Language) -> bytes:
    """The bill as a PDF; the same bill in the same language is the same file, byte by byte."""
    # Drawn twice: how many pages there are is known only at the end of the first time.
    counted = _drawn(bill, payer, letterhead, language, pages=1)
    pages = counted.page
    return _drawn(bill, payer, letterhead, language, pages=pages).finish()


def bill_name(bill: BillView, payer: Payer) -> str:
    """What a bill's file is called, without its ending."""
    safe = "".join(one if one.isascii() and one.isalnum() else "-" for one in payer.reference)
    return f"bill-{bill.cycle}-{safe}"


def period(cycle: int, language: Language) -> str:
    """The first and the last day of a cycle."""
    first = Cycle(cycle).start.astimezone(SHANGHAI).date()
    last = (Cycle(cycle).end - timedelta(days=1)).astimezone(SHANGHAI).date()
    return phrase("unit", "days", language, first=_day(first), last=_day(last))


def _day(day: date) -> str:
    return day.isoformat()


def _drawn(
    bill: BillView, payer: Payer, letterhead: Letterhead, language: Language, *, pages: int
) -> Sheets:
    title = f"{_paper('title', language)} {month_name(bill.cycle, language)}"
    name = letterhead.name_en if language is Language.EN else letterhead.name_zh
    foot = phrase("paper", "page", language, page="{page}", pages="{pages}")
    sheets = Sheets(title, name, pages, f"{payer.reference}  ·  {bill.cycle}  ·  {foot}")
    found = sections(bill.lines, language)
    _head(sheets, name, title)
    _whom(sheets, bill, payer, language)
    _summary(sheets, bill, found, language)
    for section in found:
        _section(sheets, section, payer)
    _total(sheets, bill, language)
    _allowances(sheets, found, payer, language)
    _paying(sheets, payer, language)
    return sheets


def _paper(name: str, language: Language, **figures: str | int) -> str:
    return phrase("paper", name, language, **figures)


def _head(sheets: Sheets, name: str, title: str) -> None:
    sheets.box(LEFT, 24, 24, BLUE)
    sheets.down(17)
    sheets.text(LEFT + 6, MARK, 12, bold=True, colour=PAPER)
    sheets.text(LEFT + 34, name, 16, bold=True)
    sheets.text(RIGHT, title, 16, right=True)
    sheets.down(19)
    sheets.rule(BLUE)


def _whom(sheets: Sheets, bill: BillView, payer: Payer, language: Language) -> None:
    numbers = "  ".join(dict.fromkeys(payer.numbers.values()))
    left = [("customer", payer.name), ("account", payer.reference), ("number", numbers)]
    right = [
        ("cycle", period(bill.cycle, language)),
        ("issued", _day(bill.issued_at.astimezone(SHANGHAI).date())),
        ("due", _day(bill.due_on)),
    ]
    sheets.down(6)
    for (one, value), (other, figure) in zip(left, right, strict=True):
        sheets.down(17)
        sheets.text(LEFT, _paper(one, language), 9, colour=QUIET)
        sheets.text(LEFT + 62, _short(value), 10)
        sheets.text(330, _paper(other, language), 9, colour=QUIET)
        sheets.text(RIGHT, figure, 10, right=True)
    sheets.down(16)


def _short(value: str, most: int = 38) -> str:
    return value if len(value) <= most else value[: most - 1] + "…"


def _summary(
    sheets: Sheets, bill: BillView, found: tuple[Section, ...], language: Language
) -> None:
    sheets.box(LEFT, RIGHT - LEFT, 74, WASH)
    top = sheets.y
    name = "total" if bill.total_fen >= 0 else "in-favour"
    sheets.down(24)
    sheets.text(LEFT + 16, _paper(name, language), 10, colour=QUIET)
    sheets.down(32)
    sheets.text(LEFT + 16, str(Money(abs(bill.total_fen))), 26, bold=True, colour=BLUE)
    sheets.y = top - 8
    for section in found:
        sheets.down(18)
        sheets.text(330, section.title, 9, colour=QUIET)
        sheets.text(RIGHT - 16, section.amount, 10, right=True)
    sheets.y = top - 74


def _section(sheets: Sheets, section: Section, payer: Payer) -> None:
    sheets.keep(70)
    sheets.down(28)
    sheets.text(LEFT, section.title, 12, bold=True)
    sheets.text(RIGHT, section.amount, 12, bold=True, right=True)
    sheets.down(8)
    sheets.rule()
    for line in section.lines:
        _line(sheets, line, payer)


def _line(sheets: Sheets, line: WordedLine, payer: Payer) -> None:
    sheets.keep(18 + 13 * len(line.notes))
    sheets.down(18)
    sheets.text(LEFT, line.title, 10)
    sheets.text(RIGHT, line.amount, 10, right=True)
    notes = [*_whose(line, payer), *line.notes]
    sheets.notes(LEFT, notes, 8, NOTES_WIDTH)


def _whose(line: WordedLine, payer: Payer) -> list[str]:
    """The number a line is about, when the account has more than one."""
    told = payer.numbers.get(line.group_id)
    return [told] if told and len(payer.numbers) > 1 else []


def _total(sheets: Sheets, bill: BillView, language: Language) -> None:
    sheets.keep(40)
    sheets.down(14)
    sheets.rule(BLUE)
    sheets.down(20)
    sheets.text(LEFT, _paper("sum", language), 12, bold=True)
    sheets.text(RIGHT, str(Money(bill.total_fen)), 14, bold=True, right=True)


def _allowances(
    sheets: Sheets, found: tuple[Section, ...], payer: Payer, language: Language
) -> None:
    used = [(line, one) for section in found for line in section.lines for one in line.allowances]
    if not used:
        return
    sheets.keep(90)
    sheets.down(34)
    sheets.text(LEFT, _paper("allowances", language), 12, bold=True)
    sheets.down(18)
    for x, name in zip(COLUMNS, ("allowance", "included", "used", "left"), strict=True):
        sheets.text(x, _paper(name, language), 8, colour=QUIET)
    sheets.down(6)
    sheets.rule()
    for line, one in used:
        _allowance(sheets, line, one, payer)


def _allowance(sheets: Sheets, line: WordedLine, one: WordedAllowance, payer: Payer) -> None:
    sheets.down(17)
    name = "  ".join([f"{line.title} · {one.name}", *_whose(line, payer)])
    for x, value in zip(COLUMNS, (name, one.included, one.used, one.left), strict=True):
        sheets.text(x, value, 9)
    sheets.bar(RIGHT - 40, 40, one.used_percent)


def _paying(sheets: Sheets, payer: Payer, language: Language) -> None:
    sheets.keep(110)
    sheets.down(34)
    sheets.text(LEFT, _paper("how-to-pay", language), 12, bold=True)
    sheets.down(4)
    for text in (
        _paper("pay", language, account=payer.reference),
        _paper("penalty", language),
        _paper("ask", language),
    ):
        sheets.paragraph(LEFT, text, 9, RIGHT - LEFT)
