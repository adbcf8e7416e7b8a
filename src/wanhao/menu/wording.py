"""How amounts, times and names are written in answers, in the asker's language; pure."""

from collections.abc import Iterable
from datetime import date, datetime

from wanhao.billing.bills.figures import month_name
from wanhao.communications import figures
from wanhao.parties.contracts import Language
from wanhao.products.contracts import Lasts, Offering, Period
from wanhao.values.cycle import SHANGHAI
from wanhao.values.money import Money

SERVICES = {
    "voice": ("语音", "voice"),
    "message": ("短信", "messages"),
    "data": ("流量", "data"),
}
ZONES = {
    "domestic": ("国内", "at home"),
    "hk-macau-taiwan": ("港澳台", "in Hong Kong, Macau, Taiwan"),
    "roaming": ("国际漫游", "roaming abroad"),
    "free": ("免费", "free of charge"),
}
EACH = {
    Period.MONTH: ("/月", " a month"),
    Period.YEAR: ("/年", " a year"),
    Period.DAY: ("", ""),
    Period.ONCE: ("", ""),
}


def pick(language: Language, words: tuple[str, str]) -> str:
    """The Chinese or the English of a pair."""
    return words[0] if language is Language.ZH else words[1]


def listed(parts: Iterable[str], language: Language) -> str:
    """Parts one after the other, with the comma of the language."""
    return pick(language, ("，", ", ")).join(parts)


def sentence(parts: Iterable[str], language: Language) -> str:
    """Parts as one sentence."""
    said = listed(parts, language)
    return said[:1].upper() + said[1:] + pick(language, ("。", "."))


def lines(parts: Iterable[str]) -> str:
    """Thoughts of a long answer, a line each; empty ones are left out."""
    return "\n".join(part for part in parts if part)


def money(fen: int) -> str:
    """An amount with its fen."""
    return str(Money(fen))


def price(offering: Offering, language: Language) -> str:
    """What an offering costs, and how often."""
    return figures.yuan(offering.fee_fen) + pick(language, EACH[offering.period])


def yuan(fen: int) -> str:
    """A price, without the fen where there are none."""
    return figures.yuan(fen)


def service(code: str, language: Language) -> str:
    """The name of a service."""
    return pick(language, SERVICES[code])


def zone(code: str, language: Language) -> str:
    """The name of a zone."""
    return pick(language, ZONES[code])


def amount(code: str, units: int, voice_unit: int, language: Language, *, up: bool) -> str:
    """An amount of a service as the meter counts it; round up what was used, down what is left."""
    if code == "data":
        return figures.data(units, up=up)
    if code == "voice":
        minutes = figures.minutes(units, voice_unit, up=up)
        return minutes + pick(language, ("分钟", " min"))
    return _messages(units, language)


def included(code: str, quantity: int, language: Language) -> str:
    """What an offering includes of a service: minutes, messages, MB."""
    if code == "data":
        return figures.megabytes(quantity)
    if code == "voice":
        return f"{quantity}{pick(language, ('分钟', ' min'))}"
    return _messages(quantity, language)


def contents(offering: Offering, language: Language) -> str:
    """All that an offering includes in a whole month; empty when it includes nothing."""
    found = [
        f"{service(part, language)}{pick(language, ('', ' '))}{included(part, total, language)}"
        for part, total in (
            ("voice", offering.voice_minutes),
            ("message", offering.messages),
            ("data", offering.data_mb),
        )
        if total
    ]
    if offering.speed_mbps:
        found.append(f"{offering.speed_mbps}M")
    return listed(found, language)


def name(offering: Offering, language: Language) -> str:
    """What an offering is called."""
    return pick(language, (offering.name_zh, offering.name_en))


def notes(offering: Offering, language: Language) -> tuple[str, ...]:
    """What its file says besides."""
    return offering.notes_zh if language is Language.ZH else offering.notes_en


def lasts(offering: Offering, language: Language) -> str:
    """Until when it is good."""
    return pick(
        language,
        {
            Lasts.UNTIL_CANCELLED: ("每月自动续订，直到退订", "every month until you cancel"),
            Lasts.MONTH: ("当月有效", "until the month ends"),
            Lasts.DAY: ("24小时有效", "for 24 hours"),
            Lasts.TERM: (f"{offering.months}个月有效", f"for {offering.months} months"),
        }[offering.lasts],
    )


def day(instant: datetime | date, language: Language) -> str:
    """A day without its year, as 12月1日 or 1 Dec; an instant is seen from Shanghai."""
    on = instant.astimezone(SHANGHAI).date() if isinstance(instant, datetime) else instant
    return figures.day(on.isoformat(), language)


def full_day(instant: datetime | date, language: Language) -> str:
    """A day with its year."""
    on = instant.astimezone(SHANGHAI).date() if isinstance(instant, datetime) else instant
    return pick(language, (f"{on.year}年{day(on, language)}", f"{day(on, language)} {on.year}"))


def moment(instant: datetime, language: Language) -> str:
    """A day and a time, in Shanghai."""
    return figures.time(instant.isoformat(), language)


def month(cycle: int, language: Language) -> str:
    """A month without its year."""
    return figures.month(cycle, language)


def full_month(cycle: int, language: Language) -> str:
    """A month with its year."""
    return month_name(cycle, language)


def _messages(count: int, language: Language) -> str:
    return f"{count}{pick(language, ('条', ''))}"
