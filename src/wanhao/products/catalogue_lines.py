"""Finds the line of a key in a TOML text, which the parser of the standard library forgets."""

import re
from collections import defaultdict
from collections.abc import Sequence

Path = tuple[str | int, ...]

HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
KEY = re.compile(r"""^\s*([A-Za-z0-9_.\-"']+)\s*=""")
QUOTED = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
OPEN, CLOSED = "[{", "]}"


class Lines:
    """Where every table, key and array element of a TOML text stands."""

    def __init__(self, text: str) -> None:
        self._found: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = defaultdict(int)
        self._table: Path = ()
        self._array: Path = ()
        self._depth = 0
        for number, line in enumerate(text.splitlines(), start=1):
            self._read(line, number)

    def of(self, *path: str | int) -> int:
        """The line of what stands under a path, or of the nearest thing around it."""
        wanted: Path = path
        while wanted not in self._found:
            wanted = wanted[:-1]
        return self._found[wanted]

    def _read(self, line: str, number: int) -> None:
        bare = QUOTED.sub('""', line).partition("#")[0]
        if self._depth:
            self._element(bare, number)
        elif header := HEADER.match(line):
            self._header(header, number)
        elif key := KEY.match(line):
            self._array = self._table + _parts(key[1])
            self._found.setdefault(self._array, number)
            for length in range(len(self._table) + 1, len(self._array)):
                self._found.setdefault(self._array[:length], number)
            self._counts[self._array] = 0
            self._depth = _change(bare)
            self._inner(bare, number)

    def _element(self, bare: str, number: int) -> None:
        if self._depth == 1 and bare.strip() and bare.strip()[0] not in CLOSED:
            place = self._counts[self._array]
            self._found[(*self._array, place)] = number
            self._counts[self._array] = place + max(bare.count("{"), 1)
        self._depth += _change(bare)

    def _inner(self, bare: str, number: int) -> None:
        """Keys of an inline table on the line of the table."""
        for key in re.findall(r"[{,]\s*([A-Za-z0-9_\-]+)\s*=", bare):
            self._found.setdefault((*self._array, key), number)

    def _header(self, header: re.Match[str], number: int) -> None:
        path = self._indexed(_parts(header[2]))
        if header[1] == "[[":
            place = self._counts[path]
            self._counts[path] = place + 1
            self._found.setdefault(path, number)
            path = (*path, place)
        self._table = path
        self._found[path] = number

    def _indexed(self, parts: Sequence[str]) -> Path:
        """A table below an array of tables belongs to the array's latest element."""
        path: Path = ()
        for part in parts[:-1]:
            path = (*path, part)
            if self._counts[path]:
                path = (*path, self._counts[path] - 1)
        return (*path, parts[-1])


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip(" \"'") for part in dotted.split("."))


def _change(bare: str) -> int:
    return sum(bare.count(sign) for sign in OPEN) - sum(bare.count(sign) for sign in CLOSED)
