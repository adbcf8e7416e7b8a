"""Answers as short messages: personal data hidden, long ones cut at thoughts into pages; pure."""

import re
from collections.abc import Callable

from wanhao.channels.sms.hall.words import more
from wanhao.parties.contracts import Language
from wanhao.values.sms_text import sms_parts

PARTS = 3
"""Short messages a page takes at most, sign-off included."""
MOST_PAGES = 9
THOUGHTS = re.compile(r"[^\n。！？；!?;]*(?:[\n。！？；]|[.!?;](?=\s|$)|$)\s?")
OTHER_NUMBER = re.compile(r"(?<!\d)1\d{10}(?!\d)")
DOCUMENT = re.compile(r"(?<![\dA-Za-z])(?:\d{17}[\dXx]|\d{15})(?![\dA-Za-z])")


def without_identities(text: str, own: int) -> str:
    """No mobile number but the line's own leaves whole, and no document number."""

    def number(found: re.Match[str]) -> str:
        digits = found.group()
        return digits if int(digits) == own else f"{digits[:3]}****{digits[-4:]}"

    hidden = DOCUMENT.sub(lambda found: f"{found.group()[:3]}****{found.group()[-4:]}", text)
    return OTHER_NUMBER.sub(number, hidden)


def page_of(text: str, page: int, language: Language, sign_off: str) -> tuple[str, int]:
    """One page of an answer and how many there are; the last one where there are not so many."""
    if _fits(text, sign_off):
        return text, 1
    pages = _cut(text, lambda piece: _fits(_framed(piece, 1, MOST_PAGES, language), sign_off))[
        :MOST_PAGES
    ]
    page = min(page, len(pages))
    return _framed(pages[page - 1].strip(), page, len(pages), language), len(pages)


def _framed(piece: str, page: int, pages: int, language: Language) -> str:
    foot = f"\n{more(language, page + 1)}" if page < pages else ""
    return f"({page}/{pages}){piece}{foot}"


def _fits(text: str, sign_off: str) -> bool:
    return sms_parts(text + sign_off) <= PARTS


def _cut(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The fewest pages; a thought is cut only where it fits on none."""
    pages, page = [], ""
    for thought in THOUGHTS.findall(text):
        if fits(page + thought):
            page += thought
            continue
        if page:
            pages.append(page)
        *whole, page = _pieces(thought, fits)
        pages += whole
    return [*pages, page] if page.strip() else pages


def _pieces(thought: str, fits: Callable[[str], bool]) -> list[str]:
    pieces = []
    while not fits(thought):
        room = next(end for end in range(len(thought) - 1, 0, -1) if fits(thought[:end]))
        pieces.append(thought[:room])
        thought = thought[room:]
    return [*pieces, thought]
