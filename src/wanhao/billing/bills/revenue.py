"""Which book of the ledger a bill's line belongs to."""

from collections.abc import Iterable

from wanhao.billing.bills.contracts import BillLine, LineKind
from wanhao.billing.books import Book

BOOKS = {
    LineKind.RENT: Book.RENT,
    LineKind.PACK: Book.RENT,
    LineKind.ONE_OFF: Book.ONE_OFF,
    LineKind.VOICE: Book.VOICE,
    LineKind.MESSAGE: Book.MESSAGE,
    LineKind.DATA: Book.DATA,
    LineKind.CREDIT: Book.ADJUSTMENT,
}
SERVICES = {"voice": Book.VOICE, "message": Book.MESSAGE, "data": Book.DATA}
ABROAD = ("roaming", "hk-macau-taiwan")


def book_of(line: BillLine) -> Book:
    """Use abroad is roaming, whatever the service; a late record goes where it belongs in time."""
    if line.zone in ABROAD:
        return Book.ROAMING
    if line.kind is LineKind.LATE:
        return SERVICES.get(line.service, Book.ADJUSTMENT)
    return BOOKS[line.kind]


def by_book(lines: Iterable[BillLine]) -> dict[str, int]:
    """What lines come to, by book; a book that comes to nothing is left out."""
    found: dict[str, int] = {}
    for line in lines:
        if line.fen:
            book = str(book_of(line))
            found[book] = found.get(book, 0) + line.fen
    return {book: fen for book, fen in found.items() if fen}
