"""The codes customers write, as the files of `codes/` say: a set for everywhere, one a province."""

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wanhao.values.errors import WanhaoError

FOLDER = Path(__file__).with_name("codes")
EVERYWHERE = "everywhere"
EDGES = " \t\r\n.,;:!?。，；：！？、“”\"'‘’《》【】[]()"


class ArgumentRow(BaseModel):
    """A word after `#`; `digits` says that it may follow the code without one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    optional: bool = False
    digits: bool = False


class ChoiceRow(BaseModel):
    """What numbers choose after an answer: of the `rows` in its data, the `number` of each stands
    for the item and inputs in its field `ask`; a row without them cannot be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: str
    number: str
    ask: str


class CodeEntry(BaseModel):
    """One thing that can be written: its codes, the first of them the one that is told.

    `then` is said after what was done, `else` after a refusal; they may name the arguments.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codes: tuple[str, ...] = Field(min_length=1)
    item: str
    also: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = Field(default_factory=dict)
    arguments: tuple[ArgumentRow, ...] = ()
    answer: Literal["short", "long"] = "short"
    menu: int | None = None
    zh: str = ""
    en: str = ""
    then_zh: str = ""
    then_en: str = ""
    else_zh: str = ""
    else_en: str = ""
    choices: ChoiceRow | None = None
    secret: bool = False
    reads: bool = False

    @property
    def code(self) -> str:
        """The one that is told."""
        return self.codes[0]

    @property
    def fewest(self) -> int:
        """Words that must follow."""
        return sum(1 for one in self.arguments if not one.optional)

    @property
    def attached(self) -> bool:
        """Whether digits may follow without `#`."""
        return bool(self.arguments) and self.arguments[0].digits

    def takes(self, words: int) -> bool:
        """Whether so many words may follow."""
        return self.fewest <= words <= len(self.arguments)


class CodeFile(BaseModel):
    """One file; of several versions of a place the latest that has begun counts. A province may do
    without codes of everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    place: str
    version: int = Field(ge=1)
    begins: date = Field(alias="from")
    without: tuple[str, ...] = ()
    code: tuple[CodeEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeBook:
    """The codes that count at a place on a day, by their folded text."""

    entries: tuple[CodeEntry, ...]
    versions: Mapping[str, int]
    by_code: Mapping[str, tuple[CodeEntry, ...]] = field(default_factory=dict)

    @property
    def menu(self) -> tuple[CodeEntry, ...]:
        """What the menu shows, in its order."""
        shown = [entry for entry in self.entries if entry.menu is not None]
        return tuple(sorted(shown, key=lambda entry: entry.menu or 0))


def fold(text: str) -> str:
    """A text as codes are compared: full-width or small letters, blanks and what stands around it
    make no difference."""
    plain = unicodedata.normalize("NFKC", text).strip(EDGES)
    return "".join(plain.upper().split()).replace("*", "#")


@lru_cache(maxsize=8)
def book_of(place: str, day: date) -> CodeBook:
    """The codes of a place that count on a day. WanhaoError when a file cannot be read."""
    files = [*files_in(FOLDER), *files_at(place)]
    return book_from(files, place_name(place), day)


def book_from(files: Sequence[CodeFile], place: str, day: date) -> CodeBook:
    """Those of everywhere, without what the place does without, and the place's own."""
    chosen = [one for name in (EVERYWHERE, place) if (one := _in_force(files, name, day))]
    without = {fold(code) for one in chosen for code in one.without}
    entries = [
        entry
        for one in chosen
        for entry in one.code
        if one.place != EVERYWHERE or not without & {fold(code) for code in entry.codes}
    ]
    by_code: dict[str, tuple[CodeEntry, ...]] = {}
    for entry in entries:
        for code in entry.codes:
            by_code[fold(code)] = (*by_code.get(fold(code), ()), entry)
    versions = {one.place: one.version for one in chosen}
    return CodeBook(tuple(entries), versions, by_code)


def files_in(folder: Path) -> list[CodeFile]:
    """Every file of codes in a folder."""
    return [read_file(path) for path in sorted(folder.glob("*.toml"))]


def files_at(place: str) -> list[CodeFile]:
    """The operator's own file, where the place is a path; none where it is a name."""
    return [read_file(Path(place))] if place.endswith(".toml") else []


def place_name(place: str) -> str:
    """The name of a place, also where it is given as a file."""
    return read_file(Path(place)).place if place.endswith(".toml") else place


def places() -> list[str]:
    """The provinces whose codes come with the product."""
    return sorted({one.place for one in files_in(FOLDER)} - {EVERYWHERE})


def read_file(path: Path) -> CodeFile:
    """One file. WanhaoError names it and the place in it that is wrong."""
    try:
        return CodeFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise WanhaoError(
            f"The codes {path} cannot be read: {error.strerror}.",
            f"Name a province ({', '.join(places())}) or a file of codes.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file.") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        at = ".".join(str(part) for part in first["loc"])
        raise WanhaoError(f"{path.name}: {at}: {first['msg']}.", "Correct the file.") from error


def _in_force(files: Sequence[CodeFile], place: str, day: date) -> CodeFile | None:
    begun = [one for one in files if one.place == place and one.begins <= day]
    return max(begun, key=lambda one: (one.begins, one.version), default=None)
