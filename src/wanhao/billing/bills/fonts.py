"""The type a printed bill is set in: Kurinto Sans SC, Latin and Chinese, from an installed package.

Its glyphs are embedded, so that a bill looks the same everywhere.
"""

from functools import lru_cache
from importlib.resources import files

from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfbase.ttfonts import TTFont

PLAIN = "Kurinto"
BOLD = "Kurinto-Bold"
FOLDER = "static/weblate_fonts/kurinto/ttf"
FILES = {PLAIN: "KurintoSansSC-Rg.ttf", BOLD: "KurintoSansSC-Bd.ttf"}
FIRST_WIDE = "\u2e80"


@lru_cache(maxsize=1)
def register_fonts() -> None:
    """Load both weights, once for the process."""
    for name, file in FILES.items():
        registerFont(TTFont(name, str(files("weblate_fonts").joinpath(FOLDER, file))))


def width_of(text: str, font: str, size: int) -> int:
    """How wide a text is, in points, rounded up."""
    return -int(-stringWidth(text, font, size) // 1)


def wrapped(text: str, font: str, size: int, width: int) -> list[str]:
    """The text in lines no wider than `width`; Chinese breaks anywhere, Latin between words."""
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and width_of(lines[-1] + piece.rstrip(), font, size) > width:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for character in text:
        wide = character >= FIRST_WIDE
        if pieces[-1] and (wide or pieces[-1][-1] == " " or pieces[-1][-1] >= FIRST_WIDE):
            pieces.append("")
        pieces[-1] += character
    return [piece for piece in pieces if piece]
