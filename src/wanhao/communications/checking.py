"""Checks what customers read: every text written out with the longest plausible figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from wanhao.communications.contracts import FULL, Metric, ReminderRule, Said
from wanhao.communications.figures import GB, MB
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.rendering import (
    FRAMES,
    PRICES,
    SHORT,
    merged_text,
    mistake,
    needed_in,
    plain_text,
    write,
)
from wanhao.communications.words import OF_SERVICES, VARIABLES, Figures
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError
from wanhao.values.sms_text import sms_parts

MOST_SAID: Said = {
    "voice_used": 1199,
    "voice_allowed": 3000,
    "message_used": 39,
    "message_allowed": 100,
    "data_used": 35 * GB // 10,
    "data_allowed": 11 * GB,
    "offering_zh": "乐享4G套餐129元",
    "offering_en": "Lexiang 4G 129",
    "saving": 10_000,
    "points": 123_456,
    "until": "2026-12-31",
    "product_zh": "乐享4G套餐129元",
    "product_en": "Lexiang 4G 129",
    "owed": 123_456,
    "time": "2026-11-26T10:00:00+08:00",
    "cycle": 202611,
    "fee": 123_456,
    "mean": 20_000,
    "place_zh": "南昌市西湖区",
    "place_en": "Xihu, Nanchang",
    "what_zh": "宽带和电视",
    "what_en": "broadband",
    "starts": "2026-11-26T00:00:00+08:00",
    "ends": "2026-11-26T06:00:00+08:00",
    "mb": 1000,
    "giver": "133****1234",
    "number": "16900008888",
    "ticket": "A012",
    "hall_zh": "南昌市西湖区中山路营业厅",
    "hall_en": "Zhongshan Road Hall, Nanchang",
    "ahead": 2,
}
"""What timed rules say, as long as it plausibly gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextCheck:
    """One text written out; `parts` is what it is paid as. `trouble` is empty when all is well."""

    rule: str
    variant: str
    language: Language
    text: str
    characters: int
    parts: int
    trouble: str


def check_texts(given: RulesInForce, sign_off: str) -> tuple[TextCheck, ...]:
    """Every text that counts, in the order of the rules; short clauses stand without sign-off."""
    found: list[TextCheck] = []
    for rule in given.rules:
        variants = sorted({v for code, v, _ in given.texts if code == rule.code}, key=_order)
        for variant in variants:
            found.extend(_of_variant(rule, variant, given, sign_off))
    found.extend(_frames(given, sign_off))
    return tuple(found)


def longest(rule: ReminderRule, variant: str) -> Figures:
    """Figures that make a text of the rule as long as it plausibly gets."""
    said = Figures(metric=rule.metric.value, threshold=rule.threshold, said=MOST_SAID)
    if rule.metric in OF_SERVICES:
        return _of_usage(rule, variant, said)
    if rule.metric is Metric.BALANCE:
        owes = "overdrawn" in variant
        return replace(said, left_fen=-123_456 if owes else (rule.threshold or 0) - 1)
    if rule.metric is Metric.CREDIT:
        return replace(said, credit_fen=123_456, left_fen=-100 if "passed" in variant else 23_456)
    return replace(said, fee_fen=123_456, used=154 * GB // 10)


def _of_usage(rule: ReminderRule, variant: str, said: Figures) -> Figures:
    allowed = {Metric.VOICE: 3000, Metric.MESSAGE: 3000, Metric.DATA: 118 * GB // 10}[rule.metric]
    percent = rule.threshold or FULL
    if "again" in variant:
        percent, said = 3 * FULL, replace(said, threshold=3 * FULL, tier=3)
    if "passed" in variant:
        percent = 150
    if "no_allowance" in variant:
        return _priced(replace(said, allowed=0, used=1 if rule.metric is not Metric.DATA else MB))
    return _priced(replace(said, allowed=allowed, used=allowed * percent // 100))


def _priced(said: Figures) -> Figures:
    """Data in blocks, the longest way to say a price that plans on sale have."""
    if said.metric != Metric.DATA:
        return replace(said, price_fen=15)
    return replace(said, price_fen=30, comes_next="stack", next_fee_fen=3000, next_mb=500)


def _of_variant(
    rule: ReminderRule, variant: str, given: RulesInForce, sign_off: str
) -> Iterator[TextCheck]:
    ending = "" if variant.startswith(SHORT) else sign_off
    for language in Language:
        raw = given.texts.get((rule.code, variant, language))
        trouble = mistake(raw, VARIABLES[rule.metric], needed_in(rule, variant))
        text = ""
        if not trouble:
            try:
                text = write(rule.code, variant, longest(rule, variant), language, given.texts)
            except WanhaoError as error:
                trouble = error.message
        yield _checked(rule.code, variant, language, text + ending if text else "", trouble)


def _frames(given: RulesInForce, sign_off: str) -> Iterator[TextCheck]:
    for language in Language:
        clause = "x" * 10
        merged = merged_text([clause, clause], language, sign_off, given.texts)
        yield _checked("frames", "merged", language, merged, _raw(given, "frames", "merged"))
        plain = plain_text("abnormal-bill", language, sign_off, given.texts)
        yield _checked("frames", "plain", language, plain, _raw(given, "frames", "plain"))
        for variant in PRICES:
            text = given.texts.get(("prices", variant, language), "")
            yield _checked("prices", variant, language, text, _raw(given, "prices", variant))


def _raw(given: RulesInForce, section: str, variant: str) -> str:
    known: Mapping[str, tuple[str, ...]] = FRAMES if section == "frames" else PRICES
    wrong = [
        mistake(given.texts.get((section, variant, language)), known[variant])
        for language in Language
    ]
    return next((one for one in wrong if one), "")


def _checked(rule: str, variant: str, language: Language, text: str, trouble: str) -> TextCheck:
    return TextCheck(
        rule=rule,
        variant=variant,
        language=language,
        text=text,
        characters=len(text),
        parts=sms_parts(text) if text else 0,
        trouble=trouble,
    )


def _order(variant: str) -> tuple[bool, bool, str]:
    return variant.startswith(SHORT), variant != "usual", variant
