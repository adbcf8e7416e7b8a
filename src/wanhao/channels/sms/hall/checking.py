"""What is wrong with the codes: said of each place and of each day from which something counts."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import ValidationError

from wanhao.channels.sms.hall.codes import (
    EVERYWHERE,
    CodeBook,
    CodeEntry,
    CodeFile,
    book_from,
    fold,
)
from wanhao.channels.sms.hall.grammar import MENU_CODE, PAGE_MARK, reserved
from wanhao.menu.contracts import Door, MenuItem, RefusedError
from wanhao.menu.queries import item_of, items_at

LONGEST_MENU = 12


def mistakes(files: Sequence[CodeFile]) -> list[str]:
    """Every mistake, once; none means that the codes can be used."""
    found: dict[str, None] = {}
    names = sorted({one.place for one in files} - {EVERYWHERE})
    for place in names:
        for day in sorted({one.begins for one in files if one.place in (place, EVERYWHERE)}):
            book = book_from(files, place, day)
            if place in book.versions:
                found |= dict.fromkeys(f"{place}: {said}" for said in _mistakes(book))
    for one in files:
        found |= dict.fromkeys(_missing(one, files))
    return list(found)


def _mistakes(book: CodeBook) -> Iterator[str]:
    for entry in book.entries:
        yield from _of_codes(entry)
        yield from _of_item(entry)
    yield from _twice(book)
    yield from _traps(book)
    yield from _of_menu(book)
    led = {name for entry in book.entries for name in (entry.item, *entry.also)}
    for item in items_at(Door.SMS):
        if item.code not in led:
            yield f"no code leads to {item.code}"


def _missing(one: CodeFile, files: Sequence[CodeFile]) -> Iterator[str]:
    known = {
        fold(code)
        for other in files
        if other.place == EVERYWHERE
        for entry in other.code
        for code in entry.codes
    }
    for code in one.without:
        if fold(code) not in known:
            yield f"{one.place}: does without {code}, which is not there"


def _of_codes(entry: CodeEntry) -> Iterator[str]:
    for code in entry.codes:
        folded = fold(code)
        if folded == MENU_CODE or reserved(folded):
            yield f"{code} has a meaning of its own"
        if not folded or "#" in folded or PAGE_MARK in folded or len(folded) > 20:
            yield f"'{code}' is no code: at most 20 letters and digits, without #"


def _of_item(entry: CodeEntry) -> Iterator[str]:
    for name in (entry.item, *entry.also):
        try:
            item = item_of(name)
        except RefusedError:
            yield f"{entry.code} asks for {name}, which is no item"
            continue
        if Door.SMS not in item.doors:
            yield f"{entry.code} asks for {name}, which cannot be had by SMS"
        if name == entry.item:
            yield from _of_inputs(entry, item)


def _of_inputs(entry: CodeEntry, item: MenuItem[Any]) -> Iterator[str]:
    yield from _of_names(entry, item)
    names = {one.name for one in entry.arguments if not one.optional}
    for said in (entry.then_zh, entry.then_en, entry.else_zh, entry.else_en):
        if not set(re.findall(r"{(.*?)}", said)) <= names:
            yield f"{entry.code}: '{said}' names what may not have been written"
    optional = [one.optional for one in entry.arguments]
    if optional != sorted(optional):
        yield f"{entry.code}: what may be left out must come last"
    if not entry.fewest and set(entry.fixed) <= set(item.inputs.model_fields):
        try:
            item.inputs.model_validate(dict(entry.fixed))
        except ValidationError as error:
            if any(part["type"] != "missing" for part in error.errors()):
                yield f"{entry.code}: {item.code} does not take {dict(entry.fixed)}"


def _of_names(entry: CodeEntry, item: MenuItem[Any]) -> Iterator[str]:
    fields = item.inputs.model_fields
    given = [*entry.fixed, *(one.name for one in entry.arguments)]
    for name in given:
        if name not in fields:
            yield f"{entry.code}: {item.code} takes no '{name}'"
        if given.count(name) > 1:
            yield f"{entry.code}: '{name}' is given twice"
    for name, one in fields.items():
        if one.is_required() and name not in given:
            yield f"{entry.code}: {item.code} needs '{name}'"


def _twice(book: CodeBook) -> Iterator[str]:
    for code, entries in book.by_code.items():
        for place, one in enumerate(entries):
            for other in entries[place + 1 :]:
                if one.fewest <= len(other.arguments) and other.fewest <= len(one.arguments):
                    yield f"{code} stands for {one.item} and for {other.item}"


def _traps(book: CodeBook) -> Iterator[str]:
    """Digits right after a code must not make another code of it."""
    for code, entries in book.by_code.items():
        if any(entry.attached for entry in entries):
            for other in book.by_code:
                if other != code and other.startswith(code) and other[len(code) :].isdecimal():
                    yield f"{other} would be read as {code} with {other[len(code) :]}, or not"


def _of_menu(book: CodeBook) -> Iterator[str]:
    places = [entry.menu for entry in book.menu]
    if len(set(places)) < len(places):
        yield "two codes have the same place in the menu"
    if len(places) > LONGEST_MENU:
        yield f"the menu has {len(places)} lines; {LONGEST_MENU} at most fit"
    for entry in book.menu:
        if entry.fewest:
            yield f"{entry.code} is in the menu and needs words after it"
