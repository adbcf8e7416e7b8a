"""Turns the figures of an outbox row into the text a customer reads."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.communications.contracts import ReminderRule
from wanhao.communications.rules import known_rules
from wanhao.communications.words import (
    LATE,
    NEEDED,
    VARIABLES,
    Figures,
    Texts,
    variant_of,
    words_of,
)
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError

__all__ = ["Figures", "Texts", "clause_of", "merged_text", "read_texts", "text_of"]

TEXTS_FILE = Path(__file__).with_name("texts.toml")
USUAL, SHORT, PLAIN = "usual", "short", "plain"
UNTITLED = {Language.ZH: "您有一条服务提醒", Language.EN: "There is news for you"}
FRAMES = {"merged": ("clauses",), PLAIN: ("title",)}
PRICES = {
    "flat": ("price",),
    "stack": ("price", "fee", "quota"),
    "step": ("price", "fee", "quota"),
    "jump": ("fee", "quota"),
}
SEPARATOR = {Language.ZH: "；", Language.EN: "; "}


def text_of(
    rule: str, said: Figures, language: Language, sign_off: str, texts: Texts | None = None
) -> str:
    """The text in the line's language, with the sign-off; WanhaoError when there is none."""
    variant = variant_of(said)
    if variant == PLAIN:
        return plain_text(rule, language, sign_off, texts)
    return write(rule, variant, said, language, texts) + sign_off


def clause_of(rule: str, said: Figures, language: Language, texts: Texts | None = None) -> str:
    """What stands for the reminder among others in one text; WanhaoError when there is none."""
    texts = known_texts() if texts is None else texts
    variant = f"{SHORT}_{variant_of(said)}"
    known = (rule, variant, language) in texts
    return write(rule, variant if known else SHORT, said, language, texts)


def merged_text(
    clauses: Sequence[str], language: Language, sign_off: str, texts: Texts | None = None
) -> str:
    """Several reminders as one text, in the order of their clauses."""
    frame = (known_texts() if texts is None else texts)["frames", "merged", language]
    return frame.format_map({"clauses": SEPARATOR[language].join(clauses)}) + sign_off


def plain_text(code: str, language: Language, sign_off: str, texts: Texts | None = None) -> str:
    """What is sent when a text cannot be written: at least what it is about, and whom to ask."""
    title = UNTITLED[language]
    for rule in known_rules():
        if rule.code == code:
            title = rule.title_zh if language is Language.ZH else rule.title_en
    frame = (known_texts() if texts is None else texts)["frames", PLAIN, language]
    return frame.format_map({"title": title}) + sign_off


def write(rule: str, variant: str, said: Figures, language: Language, texts: Texts | None) -> str:
    """One variant of a rule's text, without the sign-off; WanhaoError when it cannot be written."""
    texts = known_texts() if texts is None else texts
    text = texts.get((rule, variant, language))
    if text is None:
        raise WanhaoError(
            f"{TEXTS_FILE.name}: {rule} has no text '{variant}' in '{language}'.", "Write it."
        )
    try:
        return text.format_map(words_of(said, language, texts))
    except (KeyError, ValueError, TypeError) as error:
        raise WanhaoError(
            f"The text {rule}.{variant} in '{language}' cannot be written: {error!r} is not known.",
            "See: wanhao reminders check",
        ) from error


def read_texts(path: Path, rules: tuple[ReminderRule, ...]) -> Texts:
    """The texts of a file; WanhaoError when a rule lacks one or a text names a strange variable."""
    try:
        entries = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    texts: dict[tuple[str, str, Language], str] = {}
    for rule in rules:
        given = entries.get(rule.code, {})
        for variant in dict.fromkeys((USUAL, SHORT, *given)):
            allowed = VARIABLES[rule.metric], needed_in(rule, variant)
            texts.update(_checked(path.name, (rule.code, variant), given, allowed))
    for section, variants in (("frames", FRAMES), ("prices", PRICES)):
        for variant, variables in variants.items():
            given = entries.get(section, {})
            texts.update(_checked(path.name, (section, variant), given, (variables, ())))
    return texts


def needed_in(rule: ReminderRule, variant: str) -> tuple[str, ...]:
    """The variables a whole text must name, since what it says would be of no use without them."""
    if variant.startswith(SHORT):
        return ()
    needed = NEEDED.get(rule.metric, ())
    return (*needed, "month") if variant == LATE else needed


def has_late_words(rule: str) -> bool:
    """Whether a rule has words for when the month it speaks of is over."""
    return (rule, LATE, Language.ZH) in known_texts()


def mistake(text: object, variables: Iterable[str], needed: Iterable[str] = ()) -> str:
    """What is wrong with a text that may name these variables; empty when nothing is."""
    if not isinstance(text, str) or not text.strip():
        return "is missing"
    try:
        text.format_map(dict.fromkeys(variables, ""))
    except KeyError as error:
        return f"names the strange variable {{{error.args[0]}}}"
    except (ValueError, IndexError, AttributeError, TypeError):
        return "has braces that hold no variable"
    left_out = [name for name in needed if f"{{{name}}}" not in text]
    return f"does not say {{{left_out[0]}}}" if left_out else ""


@lru_cache(maxsize=1)
def known_texts() -> Texts:
    """The texts as this installation was delivered; changed ones are in `in_force.py`."""
    return read_texts(TEXTS_FILE, known_rules())


def _checked(
    file: str,
    name: tuple[str, str],
    given: Mapping[str, Any],
    allowed: tuple[tuple[str, ...], tuple[str, ...]],
) -> dict[tuple[str, str, Language], str]:
    section, variant = name
    texts = {}
    for language in Language:
        text = given.get(variant, {}).get(language.value, "")
        if wrong := mistake(text, *allowed):
            raise WanhaoError(
                f"{file}: [{section}.{variant}] {language.value}: '{text}' {wrong}.",
                f"Write this text with none but the variables {', '.join(allowed[0])}.",
            )
        texts[section, variant, language] = text
    return texts
