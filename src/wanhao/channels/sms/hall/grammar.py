"""What a message wants; pure. `docs/rules/sms-hall.md` says it in prose, with examples."""

import json
import re
import unicodedata
from collections.abc import Mapping

from wanhao.channels.sms.hall.codes import CodeBook, CodeEntry, fold
from wanhao.channels.sms.hall.contracts import Wish, WishKind
from wanhao.channels.sms.hall.hints import near

MENU_CODE = "0"
YES = re.compile(r"(?:Y|YES|是|确认)#?(\d{4})?")
NO = re.compile(r"N|NO|否")
DIGITS_AFTER = re.compile(r"(.+?)(\d+)")
LOOKS_LIKE_CODE = re.compile(r"[A-Z]{0,12}\d[A-Z\d]{0,12}(#.*)?|[A-Z]{1,12}#.*")
PAGE_MARK, ITEM_MARK = "|", "="
"""An offer is a code, perhaps with a page, or after the mark an item and its inputs as JSON."""
LONGEST_READ = 200
SAID_LENGTH = 64


def reserved(code: str) -> bool:
    """Whether a folded text means something of its own and can be no code."""
    return bool(YES.fullmatch(code) or NO.fullmatch(code) or re.fullmatch(r"\d{1,2}|M\d?", code))


def chosen(text: str, book: CodeBook, offers: Mapping[str, str]) -> Wish | None:
    """What a customer chooses of what was offered shortly before; None where it is none of that."""
    if not offers:
        return None
    folded = fold(text[:LONGEST_READ])
    return _offered(offers[folded], book) or _unknown(folded, book) if folded in offers else None


def understand(text: str, book: CodeBook, offers: Mapping[str, str] | None) -> Wish:
    """What a customer wants by a text, after what was offered shortly before."""
    if choice := chosen(text, book, offers or {}):
        return choice
    folded = fold(text[:LONGEST_READ])
    if folded == MENU_CODE:
        return Wish(kind=WishKind.MENU, said=MENU_CODE)
    if yes := YES.fullmatch(folded):
        return Wish(kind=WishKind.YES, said="Y", code=yes.group(1) or "")
    if NO.fullmatch(folded):
        return Wish(kind=WishKind.NO, said="N")
    return _coded(text[:LONGEST_READ], book, 1) or _unknown(folded, book)


def _offered(offer: str, book: CodeBook) -> Wish | None:
    if offer.startswith(ITEM_MARK):
        chosen = json.loads(offer.removeprefix(ITEM_MARK))
        entry = CodeEntry(codes=(chosen["item"],), item=chosen["item"], fixed=chosen["given"])
        return Wish(kind=WishKind.ASK, said=chosen["item"], entry=entry)
    code, _, page = offer.partition(PAGE_MARK)
    return _coded(code, book, int(page or 1))


def _coded(text: str, book: CodeBook, page: int) -> Wish | None:
    """A text that begins with a code: alone, with words after `#`, or with digits right after."""
    head, *rest = unicodedata.normalize("NFKC", text).replace("*", "#").split("#")
    words = [word.strip() for word in rest]
    while words and not words[-1]:
        words.pop()
    code = fold(head)
    if not (entries := book.by_code.get(code, ())) and not words:
        return _attached(code, book, page)
    for entry in entries:
        if entry.takes(len(words)):
            return _ask(entry, words, page)
    if not entries:
        return None
    return Wish(kind=WishKind.WRONG_ARGUMENTS, said=_plain(code), entry=entries[0])


def _attached(text: str, book: CodeBook, page: int) -> Wish | None:
    """The longest code that may be followed by digits, and is."""
    for cut in range(len(text) - 1, 0, -1):
        if not text[cut:].isdecimal():
            return None
        for entry in book.by_code.get(text[:cut], ()):
            if entry.attached and entry.takes(1):
                return _ask(entry, [text[cut:]], page)
    return None


def _ask(entry: CodeEntry, words: list[str], page: int) -> Wish:
    given = {one.name: word for one, word in zip(entry.arguments, words, strict=False) if word}
    asked = entry.code if entry.secret else "#".join([entry.code, *words])
    return Wish(
        kind=WishKind.ASK, said=entry.code, entry=entry, given=given, page=page, asked=asked
    )


def _unknown(folded: str, book: CodeBook) -> Wish:
    found = near(folded, book)
    if found:
        return Wish(kind=WishKind.NEAR, said=_plain(folded), near=found)
    is_code = LOOKS_LIKE_CODE.fullmatch(folded)
    kind = WishKind.NO_SUCH_CODE if is_code else WishKind.CHATTER
    return Wish(kind=kind, said=_plain(folded))


def _plain(folded: str) -> str:
    """What may be kept of a text nobody understood: no run of digits, and no word after a code."""
    kept = folded.split("#")[0]
    return re.sub(r"[\d]{5,}X?", "…", kept)[:SAID_LENGTH]
