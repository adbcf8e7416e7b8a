"""The inputs of an item as the fields of a form; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from wanhao.menu.contracts import MenuItem
from wanhao.menu.input_refusals import refusal_of_input
from wanhao.menu.input_words import InputWords, words_of
from wanhao.menu.wording import pick
from wanhao.parties.contracts import Language

FEW = 6
"""So many choices or fewer are shown side by side, more in a list that opens."""
NUMBER = r"^1\d{10}$"
YES_NO = {"true": ("是", "Yes"), "false": ("否", "No")}


class FieldKind(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value that can be chosen; `about` what it holds, `price` what it costs, in words."""

    value: str
    label: str
    about: str = ""
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a form, in the words of whoever fills it in."""

    name: str
    kind: FieldKind
    label: str
    hint: str = ""
    value: str = ""
    required: bool = False
    error: str = ""
    choices: tuple[Choice, ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int | None = None
    digits: bool = False
    decimal: bool = False

    @property
    def open(self) -> bool:
        """Whether all choices are seen at once."""
        priced = self.required and any(one.price for one in self.choices)
        return len(self.choices) <= FEW or priced


def fields_of(
    item: MenuItem[Any],
    language: Language,
    given: Mapping[str, str],
    errors: Mapping[str, str],
    choices: Mapping[str, Sequence[Choice]] | None = None,
) -> tuple[Field, ...]:
    """The fields of an item with what was given and what is wrong with it; `choices` are those
    that were looked up, by field. What only proves who asks by message is not asked here."""
    schema = item.inputs.model_json_schema()
    required = set(schema.get("required", ()))
    return tuple(
        _field(
            name,
            _plain(part),
            words,
            language,
            value=given.get(name, _default(part)),
            error=errors.get(name, ""),
            required=name in required,
            found=(choices or {}).get(name),
        )
        for name, part in schema.get("properties", {}).items()
        if not (words := words_of(item.code, name)).proof
    )


def errors_of(item: MenuItem[Any], error: ValidationError, language: Language) -> dict[str, str]:
    """What is wrong with each field, in one sentence; under an empty name what is wrong with all of
    them together."""
    found: dict[str, str] = {}
    for one in error.errors(include_url=False, include_input=False):
        name = str(one["loc"][0]) if one["loc"] else ""
        found.setdefault(name, refusal_of_input(item.code, one).said(language))
    return found


def sources_of(item: MenuItem[Any]) -> dict[str, str]:
    """Where the choices of fields are looked up, by field."""
    words = {name: words_of(item.code, name) for name in item.inputs.model_fields}
    return {name: one.source for name, one in words.items() if one.source}


def _field(
    name: str,
    part: Mapping[str, Any],
    words: InputWords,
    language: Language,
    *,
    value: str,
    error: str,
    required: bool,
    found: Sequence[Choice] | None,
) -> Field:
    choices = _choices(part, words, language, found, required=required)
    return Field(
        name=name,
        kind=_kind(part, words, choices),
        label=pick(language, words.label),
        hint=pick(language, words.hint),
        value="" if words.secret else value,
        required=required,
        error=error,
        choices=choices,
        least=part.get("minimum"),
        most=part.get("maximum"),
        longest=part.get("maxLength"),
        decimal=words.decimal,
        digits=part.get("type") == "integer" or r"\d{10}" in part.get("pattern", ""),
    )


def _choices(
    part: Mapping[str, Any],
    words: InputWords,
    language: Language,
    found: Sequence[Choice] | None,
    *,
    required: bool,
) -> tuple[Choice, ...]:
    if found:
        blank = () if required or part.get("default") else (_none_of_them(language),)
        return (*blank, *found)
    named = YES_NO if part.get("type") == "boolean" else words.choices
    values = part.get("enum") or (list(YES_NO) if part.get("type") == "boolean" else [])
    return tuple(
        Choice(value=value, label=pick(language, named.get(value, (value, value))))
        for value in values
    )


def _none_of_them(language: Language) -> Choice:
    return Choice(value="", label=pick(language, ("不选", "None of them")))


def _kind(part: Mapping[str, Any], words: InputWords, choices: Sequence[Choice]) -> FieldKind:
    if words.hidden:
        return FieldKind.HIDDEN
    if choices:
        return FieldKind.CHOICE
    if words.secret:
        return FieldKind.SECRET
    if part.get("type") == "integer":
        return FieldKind.NUMBER
    return FieldKind.DATE if part.get("format") == "date" else FieldKind.TEXT


def _plain(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of something that may be left out, what it is when it is there."""
    found: dict[str, Any] = {}
    for one in part.get("anyOf", ()):
        if one.get("type") != "null":
            found |= one
    return found | dict(part)


def _default(part: Mapping[str, Any]) -> str:
    default = part.get("default")
    if isinstance(default, bool):
        return str(default).lower()
    # A nought that may be left out is nothing that somebody would write.
    return "" if default is None or default == 0 else str(default)
