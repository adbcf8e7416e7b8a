"""A stack of A4 sheets that are filled from top to bottom; only whole points, no cleverness."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from wanhao.billing.bills.fonts import BOLD, PLAIN, register_fonts, width_of, wrapped

WIDTH = 595
HEIGHT = 842
MARGIN = 48
LEFT = MARGIN
RIGHT = WIDTH - MARGIN
BOTTOM = 64
INK = "#12202f"
QUIET = "#52606d"
BLUE = "#0b5fd6"
WASH = "#e9f1fc"
LINE = "#e1e5ea"
LEADING_TENTHS = 15


class Sheets:
    """Draws on the current sheet at `y` and begins another when there is no room left."""

    def __init__(self, title: str, author: str, pages: int, foot: str) -> None:
        register_fonts()
        self._buffer = BytesIO()
        # Invariant: no time and no random id, so that the same bill is the same file.
        self._canvas = Canvas(self._buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._pages, self._foot = pages, foot
        self.page, self.y = 1, HEIGHT - MARGIN

    def text(
        self,
        x: int,
        text: str,
        size: int,
        *,
        bold: bool = False,
        colour: str = INK,
        right: bool = False,
    ) -> None:
        """Write one line at `x`, which is its right end when `right`."""
        font = BOLD if bold else PLAIN
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(HexColor(colour))
        start = x - width_of(text, font, size) if right else x
        self._canvas.drawString(start, self.y, text)

    def paragraph(self, x: int, text: str, size: int, width: int, *, colour: str = QUIET) -> None:
        """Write a text in as many lines as it needs and move below it."""
        for line in wrapped(text, PLAIN, size, width):
            self.down(size * LEADING_TENTHS // 10)
            self.text(x, line, size, colour=colour)

    def notes(self, x: int, notes: Sequence[str], size: int, width: int) -> None:
        """Write short notes side by side, whole ones, and move below them."""
        lines: list[str] = []
        for note in notes:
            joined = f"{lines[-1]}  ·  {note}" if lines else note
            if lines and width_of(joined, PLAIN, size) <= width:
                lines[-1] = joined
            else:
                lines.append(note)
        for line in lines:
            self.paragraph(x, line, size, width)

    def box(self, x: int, width: int, height: int, colour: str) -> None:
        """Fill a box whose upper left corner is at `x` and the current height."""
        self._canvas.setFillColor(HexColor(colour))
        self._canvas.roundRect(x, self.y - height, width, height, 4, stroke=0, fill=1)

    def bar(self, x: int, width: int, percent: int) -> None:
        """A bar that is filled to so many per cent."""
        for part, colour in ((100, LINE), (percent, BLUE)):
            if part:
                self._canvas.setFillColor(HexColor(colour))
                self._canvas.rect(x, self.y + 1, width * part // 100, 4, stroke=0, fill=1)

    def rule(self, colour: str = LINE) -> None:
        """A hairline from margin to margin."""
        self._canvas.setStrokeColor(HexColor(colour))
        self._canvas.line(LEFT, self.y, RIGHT, self.y)

    def down(self, points: int) -> None:
        """Move down; at the foot of the sheet begin another."""
        if self.y - points < BOTTOM:
            self._turn()
        self.y -= points

    def keep(self, points: int) -> None:
        """Begin another sheet unless so much room is left on this one."""
        if self.y - points < BOTTOM:
            self._turn()

    def finish(self) -> bytes:
        """The whole file."""
        self._finish_page()
        self._canvas.save()
        return self._buffer.getvalue()

    def _turn(self) -> None:
        self._finish_page()
        self._canvas.showPage()
        self.page += 1
        self.y = HEIGHT - MARGIN

    def _finish_page(self) -> None:
        kept, self.y = self.y, BOTTOM - 24
        told = self._foot.format(page=self.page, pages=self._pages)
        self.text(RIGHT, told, 8, colour=QUIET, right=True)
        self.y = kept
