"""Reads the catalogue: a folder of TOML files, one family of offerings each."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from wanhao.products.catalogue_lines import Lines
from wanhao.products.catalogue_rules import Entry, complaints, complaints_of_all
from wanhao.products.contracts import Offering, Problem
from wanhao.values.errors import WanhaoError

CATALOGUE_FOLDER = Path(__file__).with_name("catalogue")
OFFERING = TypeAdapter(Offering)
FAMILY_WORDS = ("code", "name_zh", "name_en")
SHOWN = 10
SYNTAX_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
REASONS = {
    "missing": "'{name}' is missing",
    "missing_keyword_only_argument": "'{name}' is missing",
    "unexpected_keyword_argument": "'{name}' is not a field",
    "int_type": "'{name}' must be a whole number, not {given!r}",
    "string_type": "'{name}' must be a text, not {given!r}",
    "bool_type": "'{name}' must be true or false, not {given!r}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Offerings that belong together: one file of the catalogue."""

    place: int
    code: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """What the files say, in their order, and every mistake in them."""

    families: tuple[Family, ...]
    offerings: tuple[Offering, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """One file: its name, its tables, and where they stand."""

    name: str
    tables: Mapping[str, Any]
    lines: Lines


def read_catalogue(path: Path = CATALOGUE_FOLDER) -> tuple[Offering, ...]:
    """The offerings of a folder or a file; WanhaoError names every mistake, nothing is left out."""
    return sound(examine(path)).offerings


def sound(catalogue: Catalogue) -> Catalogue:
    """The catalogue, if there is no mistake in it; WanhaoError names the mistakes."""
    problems = catalogue.problems
    if problems:
        more = f"\nand {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise WanhaoError(
            "\n".join(map(str, problems[:SHOWN])) + more,
            "Correct the catalogue, look at it with: wanhao catalogue check, and load it again.",
        )
    return catalogue


def examine(path: Path = CATALOGUE_FOLDER) -> Catalogue:
    """Read a folder of files or one file, and judge everything in it."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files or not files[0].exists():
        raise WanhaoError(f"There is no catalogue at {path}.", "Name a folder of .toml files.")
    problems: list[Problem] = []
    pages = [page for file in files if (page := _page(file, problems))]
    pages.sort(key=_place)
    families = [family for page in pages if (family := _family(page, problems))]
    entries = [entry for page in pages for entry in _entries(page, problems)]
    for entry in entries:
        problems += entry.problems(complaints(entry))
    problems += complaints_of_all(entries, {family.code for family in families})
    return Catalogue(
        families=tuple(families),
        offerings=tuple(entry.offering for entry in entries if entry.offering),
        problems=tuple(sorted(set(problems), key=lambda found: (found.file, found.line))),
    )


def _page(file: Path, problems: list[Problem]) -> _Page | None:
    try:
        text = file.read_text()
        return _Page(name=file.name, tables=tomllib.loads(text), lines=Lines(text))
    except UnicodeDecodeError as error:
        told, line = f"the file is not UTF-8: {error.reason}", 1
    except tomllib.TOMLDecodeError as error:
        place = SYNTAX_LINE.search(str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        told = SYNTAX_LINE.sub("", str(error)).rstrip(".")
    problems.append(Problem(file=file.name, line=line, entry="", reason=told))
    return None


def _place(page: _Page) -> int:
    family = page.tables.get("family")
    place = family.get("place") if isinstance(family, dict) else None
    return place if isinstance(place, int) else 0


def _family(page: _Page, problems: list[Problem]) -> Family | None:
    def complain(reason: str, *place: str) -> None:
        line = page.lines.of(*place)
        problems.append(Problem(file=page.name, line=line, entry="", reason=reason))

    for name in sorted(set(page.tables) - {"family", "defaults", "offering"}):
        complain(f"'{name}' is none of family, defaults, offering", name)
    told = page.tables.get("family")
    if not isinstance(told, dict):
        complain("the file must begin with [family]: code, name_zh, name_en")
        return None
    wrong = [name for name in FAMILY_WORDS if not isinstance(told.get(name), str) or not told[name]]
    for name in wrong:
        complain(f"'{name}' of the family must be a text", "family", name)
    for name in sorted(set(told) - {"place", *FAMILY_WORDS}):
        complain(f"'{name}' is not a field of a family", "family", name)
    if wrong:
        return None
    return Family(place=_place(page), **{name: told[name] for name in FAMILY_WORDS})


def _entries(page: _Page, problems: list[Problem]) -> Iterator[Entry]:
    family = page.tables.get("family")
    code = family.get("code", "") if isinstance(family, dict) else ""
    defaults = page.tables.get("defaults", {})
    for place, told in enumerate(page.tables.get("offering", [])):
        entry = Entry(
            file=page.name,
            lines=page.lines,
            place=place,
            told=told,
            defaults=defaults,
            offering=None,
        )
        given = {**defaults, **told, "family": code}
        try:
            text = json.dumps(given, default=str)
            offering = OFFERING.validate_json(text, strict=True)
        except ValidationError as error:
            problems += entry.problems(map(_plain, error.errors()))
            yield entry
        else:
            yield entry.holding(offering)


def _plain(error: ErrorDetails) -> tuple[tuple[str | int, ...], str]:
    """A complaint of the type checker in plain words, with the place it is about."""
    name = ".".join(map(str, error["loc"]))
    words = REASONS.get(error["type"], "'{name}': {told}")
    return error["loc"], words.format(name=name, given=error["input"], told=error["msg"])
