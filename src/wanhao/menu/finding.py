"""Finds what customers name: offerings on sale, by code, by name or by a part of it; pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from wanhao.menu.contracts import RefusedError
from wanhao.menu.wording import name
from wanhao.parties.contracts import Language
from wanhao.products.contracts import Offering
from wanhao.values.cycle import SHANGHAI

MOST_NAMED = 5


def folded(text: str) -> str:
    """Small letters without blanks."""
    return "".join(text.casefold().split())


def on_sale(found: Iterable[Offering], now: datetime) -> list[Offering]:
    """Those that may be ordered today."""
    today = now.astimezone(SHANGHAI).date()
    return [one for one in found if one.on_sale(today)]


def matching(wanted: str, among: Sequence[Offering]) -> list[Offering]:
    """Those whose code or name is what is wanted; else those of which it is a part."""
    asked = folded(wanted)
    names = [(one, (folded(one.code), folded(one.name_zh), folded(one.name_en))) for one in among]
    exact = [one for one, called in names if asked in called]
    return exact or [one for one, called in names if any(asked in each for each in called)]


def the_one(wanted: str, among: Sequence[Offering], what: tuple[str, str]) -> Offering:
    """The one that is meant; RefusedError when there is none, or when it may be several."""
    found = matching(wanted, among)
    if len(found) == 1:
        return found[0]
    if not found:
        raise RefusedError(
            f"没有名为“{wanted}”的{what[0]}。", f"There is no {what[1]} called '{wanted}'."
        )
    zh, en = (names(found, language) for language in (Language.ZH, Language.EN))
    raise RefusedError(
        f"“{wanted}”可能是：{zh}，请写清楚是哪一个。",
        f"'{wanted}' may be {en}; please say which.",
    )


def names(found: Sequence[Offering], language: Language) -> str:
    """The first few by name."""
    gap = "、" if language is Language.ZH else ", "
    more = "…" if len(found) > MOST_NAMED else ""
    return gap.join(name(one, language) for one in found[:MOST_NAMED]) + more
