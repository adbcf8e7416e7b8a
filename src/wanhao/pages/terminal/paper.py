"""What a terminal prints on its roll of paper, 80 mm wide: receipts and queue tickets, as PDFs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext
from reportlab.pdfgen.canvas import Canvas

from wanhao.billing.bills.fonts import BOLD, PLAIN, register_fonts, width_of, wrapped
from wanhao.outlets.queue_contracts import TicketView, WaitView
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.pages.design.speech import money, spoken
from wanhao.pages.queues.words import SERVICES
from wanhao.pages.terminal.visits import Done
from wanhao.values.cycle import SHANGHAI

WIDTH = 227
"""Points of 80 mm, rounded up."""
MARGIN = 14
LEADING_TENTHS = 14
GAP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of text, or with `right` two ends of one; `middle` is centred. Empty: a rule."""

    text: str = ""
    right: str = ""
    size: int = 9
    bold: bool = False
    middle: bool = False


def receipt_paper(
    terminal: TerminalView, number: str, done: Sequence[Done], masked: str, now: datetime
) -> bytes:
    """What was done at a visit; the customer's number is masked."""
    rows = [
        *_head(gettext("Receipt of service"), terminal),
        Row(text=gettext("Time"), right=_at(now)),
        *([Row(text=gettext("Number"), right=masked)] if masked else []),
    ]
    for one in done:
        rows += [
            Row(),
            Row(text=one.title, size=11, bold=True),
            *(Row(text=line) for line in one.words),
        ]
        if one.amount_fen is not None:
            paid = money(one.amount_fen)
            rows.append(Row(text=gettext("Paid"), right=paid, size=12, bold=True))
        rows.append(Row(text=gettext("Receipt number"), right=one.number, size=7))
    told = gettext("Please keep this receipt. Questions: call 10000 and give its number.")
    return _roll(number, [*rows, Row(), Row(text=told, size=8)])


def ticket_paper(
    terminal: TerminalView, ticket: TicketView, wait: WaitView | None, now: datetime
) -> bytes:
    """A number of the queue; it names nobody."""
    rows = [
        *_head(gettext("Queue ticket"), terminal),
        Row(text=ticket.label, size=44, bold=True, middle=True),
    ]
    if ticket.service is not None:
        rows.append(Row(text=str(SERVICES[ticket.service]), size=12, middle=True))
    if wait is not None:
        rows += [Row(text=said, size=10, middle=True) for said in waiting_words(wait)]
    told = gettext("Please listen for your number. It counts today only.")
    rows += [Row(), Row(text=gettext("Taken at"), right=_at(now)), Row(text=told, size=8)]
    return _roll(ticket.label, rows)


def waiting_words(wait: WaitView) -> list[str]:
    """How many are ahead, and how long that takes where it is known."""
    said = [gettext("%(n)s ahead of you") % {"n": wait.ahead}]
    if wait.minutes is not None:
        said.append(gettext("about %(n)s min") % {"n": wait.minutes})
    return said


def _head(title: str, terminal: TerminalView) -> list[Row]:
    operator = spoken(settings.LETTERHEAD.name_zh, settings.LETTERHEAD.name_en)
    place = spoken(terminal.hall_zh, terminal.hall_en)
    at = gettext("Terminal %(name)s") % {"name": terminal.name}
    return [
        Row(text=operator, size=12, bold=True, middle=True),
        Row(text=title, size=11, middle=True),
        Row(text=f"{place} · {at}", size=8, middle=True),
        Row(),
    ]


def _at(now: datetime) -> str:
    return f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _roll(title: str, rows: Sequence[Row]) -> bytes:
    """As long as it needs to be; no time and no random id, so that a copy is the same file."""
    register_fonts()
    height = 2 * MARGIN + sum(_height(row) for row in rows)
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, height), invariant=1)
    canvas.setTitle(title)
    y = height - MARGIN
    for row in rows:
        _draw(canvas, row, y)
        y -= _height(row)
    canvas.save()
    return buffer.getvalue()


def _lines(row: Row) -> list[str]:
    font = BOLD if row.bold else PLAIN
    return wrapped(row.text, font, row.size, WIDTH - 2 * MARGIN)


def _step(row: Row) -> int:
    return row.size * LEADING_TENTHS // 10


def _height(row: Row) -> int:
    if not row.text:
        return GAP
    beside = 0 if _fits(row) else 1
    return (len(_lines(row)) + beside) * _step(row)


def _fits(row: Row) -> bool:
    """Whether both ends find room in one line."""
    font = BOLD if row.bold else PLAIN
    both = width_of(row.text, font, row.size) + width_of(row.right, font, row.size) + GAP
    return not row.right or both <= WIDTH - 2 * MARGIN


def _draw(canvas: Canvas, row: Row, y: int) -> None:
    if not row.text:
        canvas.setLineWidth(0.5)
        canvas.setDash(2, 2)
        canvas.line(MARGIN, y - GAP // 2, WIDTH - MARGIN, y - GAP // 2)
        return
    font = BOLD if row.bold else PLAIN
    canvas.setFont(font, row.size)
    for line in _lines(row):
        y -= _step(row)
        start = (WIDTH - width_of(line, font, row.size)) // 2 if row.middle else MARGIN
        canvas.drawString(start, y, line)
    if row.right:
        y -= 0 if _fits(row) else _step(row)
        canvas.drawString(WIDTH - MARGIN - width_of(row.right, font, row.size), y, row.right)
