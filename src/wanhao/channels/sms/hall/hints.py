"""Which codes a text was perhaps meant to be; pure."""

from wanhao.channels.sms.hall.codes import CodeBook, CodeEntry

MOST = 3
LONGEST_CODE = 16
LONGEST_SPEECH = 40


def near(folded: str, book: CodeBook) -> tuple[CodeEntry, ...]:
    """The entries whose name is in a text, else those whose code is nearest to it; none where
    more than three are equally near."""
    head = folded.split("#")[0]
    named = _named(head, book) if len(head) <= LONGEST_SPEECH else ()
    if named or not 2 < len(head) <= LONGEST_CODE:
        return named
    found: dict[int, list[CodeEntry]] = {}
    for code, entries in book.by_code.items():
        most = allowed(code)
        if abs(len(head) - len(code)) > most or (most == 0 and head != code):
            continue
        far = distance(head, code)
        if far <= most:
            found.setdefault(far, []).append(entries[0])
    nearest = _once(found[min(found)]) if found else ()
    return nearest if len(nearest) <= MOST else ()


def allowed(code: str) -> int:
    """How many slips a code forgives."""
    if not code.isascii() or len(code) < 3:
        return 0
    return 1 if len(code) < 6 else 2


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap to make one of the other."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        previous, last = before, row
        before, row = last, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, previous[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _named(text: str, book: CodeBook) -> tuple[CodeEntry, ...]:
    """What is called by its Chinese name; of names within each other the longest."""
    names = [code for code in book.by_code if not code.isascii() and code in text]
    whole = [name for name in names if not any(name != one and name in one for one in names)]
    found = _once([book.by_code[name][0] for name in whole])
    return found if len(found) <= MOST else ()


def _once(entries: list[CodeEntry]) -> tuple[CodeEntry, ...]:
    seen: dict[str, CodeEntry] = {entry.code: entry for entry in entries}
    return tuple(seen.values())
