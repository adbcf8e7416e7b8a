"""Turns the figures of an outbox row into the text a customer reads."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from wanhao.communications import figures
from wanhao.communications.contracts import Metric, ReminderRule
from wanhao.communications.rules import known_rules
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

TEXTS_FILE = Path(__file__).with_name("texts.toml")
OF_USAGE = ("used", "allowed", "left", "price")
VARIABLES = {
    Metric.VOICE: OF_USAGE,
    Metric.MESSAGE: OF_USAGE,
    Metric.DATA: OF_USAGE,
    Metric.BALANCE: ("left", "limit", "owed"),
    Metric.STEP_UP: ("fee", "used"),
    Metric.DATA_STOP: ("fee", "used"),
}
FULL = 100
Texts = dict[tuple[str, str, Language], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a reminder will say; kept as data in the outbox until it is sent.

    `used` and `allowed` are voice units of `voice_unit_seconds`, messages or octets; `price_fen` is
    for one unit beyond the allowances (data: one MB). Of a data schedule `used` is what is beyond
    them and `fee_fen` what that costs.
    """

    metric: str
    threshold: int | None
    used: int = 0
    allowed: int = 0
    left_fen: int = 0
    fee_fen: int = 0
    price_fen: int = 0
    voice_unit_seconds: int = 60


def text_of(rule: str, said: Figures, language: Language, sign_off: str) -> str:
    """The text in the line's language, with the sign-off; WanhaoError when there is none."""
    variant = _variant(said)
    text = known_texts().get((rule, variant, language))
    if text is None:
        raise WanhaoError(
            f"{TEXTS_FILE.name}: {rule} has no text '{variant}' in '{language}'.", "Write it."
        )
    return text.format_map(_words(said)) + sign_off


def read_texts(path: Path, rules: tuple[ReminderRule, ...]) -> Texts:
    """The texts of a file; WanhaoError when a rule lacks one or a text names a strange variable."""
    entries = tomllib.loads(path.read_text())
    texts: Texts = {}
    for rule in rules:
        variants = entries.get(rule.code, {})
        for variant in ("usual", *variants):
            for language in Language:
                text = variants.get(variant, {}).get(language.value, "")
                variables = VARIABLES[rule.metric]
                if not text or _strange(text, variables):
                    raise WanhaoError(
                        f"{path.name}: [{rule.code}.{variant}] {language.value}: '{text}'.",
                        f"Write this text with none but the variables {', '.join(variables)}.",
                    )
                texts[rule.code, variant, language] = text
    return texts


@lru_cache(maxsize=1)
def known_texts() -> Texts:
    """The texts of this installation."""
    return read_texts(TEXTS_FILE, known_rules())


def _strange(text: str, variables: tuple[str, ...]) -> bool:
    try:
        text.format_map(dict.fromkeys(variables, ""))
    except (KeyError, ValueError, IndexError, AttributeError):
        return True
    return False


def _variant(said: Figures) -> str:
    if said.metric == Metric.BALANCE:
        return "overdrawn" if said.left_fen < 0 else "usual"
    if said.threshold is None:
        return "usual"
    if said.allowed == 0:
        return "no_allowance"
    return "passed" if said.threshold < FULL and said.used > said.allowed else "usual"


def _words(said: Figures) -> dict[str, str]:
    if said.metric == Metric.BALANCE:
        return {
            "left": str(Money(said.left_fen)),
            "limit": str(Money(said.threshold or 0)),
            "owed": str(Money(-said.left_fen)),
        }
    if said.threshold is None:
        return {"fee": str(Money(said.fee_fen)), "used": figures.data(said.used, up=True)}
    left = max(said.allowed - said.used, 0)
    return {
        "used": _quantity(said, said.used, up=True),
        "allowed": _quantity(said, said.allowed, up=False),
        "left": _quantity(said, left, up=False),
        "price": str(Money(said.price_fen)),
    }


def _quantity(said: Figures, amount: int, *, up: bool) -> str:
    if said.metric == Metric.DATA:
        return figures.data(amount, up=up)
    if said.metric == Metric.VOICE:
        return figures.minutes(amount, said.voice_unit_seconds, up=up)
    return str(amount)
