"""Figures and times as people read them, in the language of the page."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from wanhao.values.money import Money


def spoken(zh: str, en: str) -> str:
    """The wording in the language of the page; Chinese when there is no other."""
    return en if (get_language() or "").startswith("en") and en else zh


def thousands(number: int) -> str:
    """A count with separators, as 12,345,678."""
    return f"{number:,}"


def clock(instant: datetime) -> str:
    """The time of day on the wall, as 10:42:07."""
    return timezone.localtime(instant).strftime("%H:%M:%S")


def when(instant: datetime, now: datetime) -> str:
    """Just now or the time of day for the last day, the date before that."""
    age = now - instant
    if age < timedelta(minutes=1):
        return gettext("just now")
    local = timezone.localtime(instant)
    if local.date() == timezone.localtime(now).date():
        return local.strftime("%H:%M")
    return date_format(local, gettext("M j, H:i"))


def duration(seconds: float) -> str:
    """A span in the two units that matter, as 1.2 s or 2 min 05 s."""
    if seconds < 10:
        return gettext("%(seconds)s s") % {"seconds": f"{seconds:.1f}"}
    whole = round(seconds)
    if whole < 60:
        return gettext("%(seconds)s s") % {"seconds": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return gettext("%(minutes)s min %(seconds)s s") % {
            "minutes": minutes,
            "seconds": f"{rest:02d}",
        }
    hours, minutes = divmod(minutes, 60)
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": f"{minutes:02d}"}


def rate(per_second: float) -> str:
    """Records per second: whole from ten upwards, one decimal below."""
    return f"{per_second:,.0f}" if per_second >= 10 or per_second == 0 else f"{per_second:.1f}"


def files(count: int) -> str:
    """A number of files in words."""
    return ngettext("%(count)s file", "%(count)s files", count) % {"count": thousands(count)}


def money(fen: int) -> str:
    """An amount as ¥1,234.50; a minus in front is owed."""
    return str(Money(fen))


def masked_name(name: str) -> str:
    """The first character of a customer's name and stars, as 王**."""
    return name[:1] + "**"
