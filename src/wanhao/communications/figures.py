"""How quantities are written in a text: minutes whole, data in GB or MB, days without the year."""

from datetime import date, datetime

from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI
from wanhao.values.money import Money

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MB = 1024 * 1024
GB = 1024 * MB


def minutes(units: int, unit_seconds: int, *, up: bool) -> str:
    """Voice units as whole minutes; what was used is rounded up, what is left down."""
    return str(_divided(units * unit_seconds, 60, up=up))


def data(octets: int, *, up: bool) -> str:
    """Octets in GB (two decimals below 10, one from there), below one GB in whole MB."""
    megabytes = _divided(octets, MB, up=up)
    if megabytes < 1024:
        return f"{megabytes}MB"
    hundredths = _divided(octets * 100, GB, up=up)
    if hundredths < 1000:
        return f"{hundredths // 100}.{hundredths % 100:02d}GB"
    tenths = _divided(octets * 10, GB, up=up)
    return f"{tenths // 10}.{tenths % 10}GB"


def megabytes(quota: int) -> str:
    """A quota of a schedule: whole GB as GB, else MB."""
    return f"{quota // 1024}GB" if quota and quota % 1024 == 0 else f"{quota}MB"


def yuan(fen: int) -> str:
    """A price without the fen where there are none."""
    return str(Money(fen)).removesuffix(".00")


def day(written: str, language: Language) -> str:
    """A day given as 2026-12-31."""
    return _day_words(date.fromisoformat(written), language)


def time(written: str, language: Language) -> str:
    """An instant given as 2026-12-31T10:00:00+08:00, in Shanghai."""
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError(f"'{written}' has no time zone")
    local = at.astimezone(SHANGHAI)
    gap = "" if language is Language.ZH else " "
    return f"{_day_words(local.date(), language)}{gap}{local:%H:%M}"


def month(cycle: int, language: Language) -> str:
    """A billing cycle given as 202611."""
    number = cycle % 100
    return f"{number}月" if language is Language.ZH else MONTHS[number - 1]


def _day_words(on: date, language: Language) -> str:
    if language is Language.ZH:
        return f"{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]}"


def _divided(value: int, by: int, *, up: bool) -> int:
    return -(-value // by) if up else value // by
