"""Amounts as a bill writes them: exact, in the unit a customer knows."""

from wanhao.billing.bills.phrases import phrase
from wanhao.parties.contracts import Language
from wanhao.values.money import Money

OCTETS_PER_KB = 1024
KB_PER_MB = 1024
MB_PER_GB = 1024
SECONDS_PER_MINUTE = 60
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def data_amount(octets: int) -> str:
    """Octets in GB, MB and KB, as "1 GB 512 MB"; a part of a KB counts as a whole one."""
    sign = "-" if octets < 0 else ""
    kilobytes = -(-abs(octets) // OCTETS_PER_KB)
    megabytes, kb = divmod(kilobytes, KB_PER_MB)
    gb, mb = divmod(megabytes, MB_PER_GB)
    parts = [f"{count:,} {unit}" for count, unit in ((gb, "GB"), (mb, "MB"), (kb, "KB")) if count]
    return sign + (" ".join(parts) or "0 MB")


def voice_amount(units: int, unit_seconds: int, language: Language) -> str:
    """Voice units in minutes, and seconds where the unit is shorter than a minute."""
    sign = "-" if units < 0 else ""
    minutes, seconds = divmod(abs(units) * unit_seconds, SECONDS_PER_MINUTE)
    name = "minutes-seconds" if seconds else "minutes"
    return sign + phrase("unit", name, language, n=f"{minutes:,}", s=seconds)


def used_amount(service: str, amount: int, unit_seconds: int, language: Language) -> str:
    """An amount of a service in its own unit."""
    if service == "voice":
        return voice_amount(amount, unit_seconds, language)
    if service == "data":
        return data_amount(amount)
    return phrase("unit", "messages", language, n=f"{amount:,}")


def unit_price(service: str, fen: int, unit_seconds: int, language: Language) -> str:
    """The price of a minute (or shorter unit), a message or an MB."""
    name = {"data": "a-megabyte", "message": "a-message"}.get(service, "a-minute")
    if service == "voice" and unit_seconds != SECONDS_PER_MINUTE:
        name = "a-unit"
    return phrase("unit", name, language, price=str(Money(fen)), seconds=unit_seconds)


def month_name(cycle: int, language: Language, *, short: bool = False) -> str:
    """A cycle as 2026年11月 or Nov 2026; short without its year."""
    year, month = divmod(cycle, 100)
    name = "short-month" if short else "month"
    return phrase("unit", name, language, year=year, month=month, short=MONTHS[month - 1])


def yuan(fen: int) -> str:
    """An amount in yuan with its two decimals and nothing else, for tables of machines."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole}.{rest:02d}"
