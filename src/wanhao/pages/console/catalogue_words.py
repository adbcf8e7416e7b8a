"""An offering's terms in whole sentences, in the language of the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wanhao.pages.design.speech import spoken, thousands
from wanhao.products.contracts import (
    DataSchedule,
    Effect,
    FirstMonth,
    Kind,
    Lasts,
    Mode,
    Offering,
    Period,
    Service,
)
from wanhao.values.money import Money

GB = 1024
FEES = {
    Period.MONTH: _("%(fee)s a month"),
    Period.YEAR: _("%(fee)s for %(months)s months"),
    Period.DAY: _("%(fee)s for 24 hours"),
    Period.ONCE: _("%(fee)s once"),
}
BEYOND = {
    Mode.STACK: (
        _("Data beyond that costs %(price)s an MB until it comes to %(fee)s."),
        _("The rest of each %(quota)s is then free, and after it the count begins anew."),
    ),
    Mode.STEP: (
        _("Data beyond that costs %(price)s an MB."),
        _("When that comes to the fee of a tier, the tier takes its place."),
    ),
    Mode.JUMP: (
        _("Data beyond that costs the first tier that is large enough, and no other."),
        _("Beyond the last tier an MB costs %(price)s."),
    ),
}
FIELDS = {
    "fee_fen": _("fee"),
    "allowances": _("what is included"),
    "prices": _("prices beyond the plan"),
    "prices.domestic.data_fen_per_mb": _("price of data beyond the plan"),
    "prices.hk_macau_taiwan": _("prices in Hong Kong, Macau and Taiwan"),
    "prices.roaming": _("prices abroad"),
    "allowances.message": _("messages included"),
    "schedule.price_fen_per_mb": _("price of data beyond the tiers"),
    "schedule.cap_fen": _("the most a month may cost"),
    "sold_until": _("last day of sale"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One heading and what is said under it."""

    title: str | Promise
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """Prices in one zone; `demo`: they were chosen for the demo."""

    name: str | Promise
    voice: str
    message: str
    data: str
    demo: bool


def name_of(offering: Offering) -> str:
    """What it is called."""
    return spoken(offering.name_zh, offering.name_en)


def source(offering: Offering) -> str:
    """Where its figures come from."""
    return spoken(offering.source, offering.source_en)


def fee(offering: Offering) -> str:
    """The fee and its period, as ¥59.00 a month."""
    if offering.minimum_fen > offering.fee_fen:
        return gettext("%(fee)s a month or more") % {"fee": Money(offering.minimum_fen)}
    if not offering.fee_fen:
        return gettext("no fee of its own")
    return FEES[offering.period] % {"fee": Money(offering.fee_fen), "months": offering.months}


def megabytes(quantity: int) -> str:
    """MB, or GB where those are whole."""
    whole = quantity >= GB and quantity % GB == 0
    return f"{quantity // GB} GB" if whole else f"{thousands(quantity)} MB"


def amount(service: Service, quantity: int) -> str:
    """An allowance in words."""
    if service is Service.DATA:
        return megabytes(quantity)
    if service is Service.MESSAGE:
        return ngettext("%(n)s message", "%(n)s messages", quantity) % {"n": thousands(quantity)}
    return ngettext("%(n)s minute", "%(n)s minutes", quantity) % {"n": thousands(quantity)}


def includes(offering: Offering) -> str:
    """What it includes, in one line; empty when nothing."""
    parts = [amount(part.service, part.quantity) for part in offering.allowances]
    if offering.speed_mbps:
        parts.append(gettext("broadband %(speed)s M") % {"speed": offering.speed_mbps})
    return " · ".join(parts)


def terms(offering: Offering, today: date) -> tuple[Term, ...]:
    """Everything a clerk would read aloud, in order; headings without a sentence are left out."""
    told = (
        (_("Fee"), _fee(offering)),
        (_("Included"), _included(offering)),
        (_("Data beyond"), _schedule(offering.schedule)),
        (_("Begin, change, end"), _changes(offering)),
        (_("Together with others"), _together(offering)),
        (_("On sale"), _sale(offering, today)),
        (_("Good to know"), _notes(offering)),
    )
    found = (Term(title=title, sentences=tuple(sentences)) for title, sentences in told)
    return tuple(term for term in found if term.sentences)


def zones(offering: Offering) -> tuple[ZoneRow, ...]:
    """The prices beyond the plan, zone by zone."""
    if offering.prices is None:
        return ()
    names = (
        ("domestic", _("In the country")),
        ("hk_macau_taiwan", _("Hong Kong, Macau, Taiwan")),
        ("roaming", _("Abroad")),
    )
    return tuple(
        ZoneRow(
            name=name,
            voice=str(Money(prices.voice_fen)),
            message=str(Money(prices.message_fen)),
            data=str(Money(prices.data_fen_per_mb)),
            demo=offering.is_demo or bool({"prices", f"prices.{zone}"} & set(offering.demo)),
        )
        for zone, name in names
        for prices in (getattr(offering.prices, zone),)
    )


def tiers(offering: Offering) -> tuple[tuple[str, str], ...]:
    """The tiers of an automatic upgrade, as quota and fee."""
    schedule = offering.schedule
    if schedule is None or schedule.mode is Mode.STACK:
        return ()
    return tuple((megabytes(tier.quota_mb), str(Money(tier.fee_fen))) for tier in schedule.tiers)


def demo_fields(offering: Offering) -> tuple[str, ...]:
    """What of it was chosen for the demo, in words; the field's name where there are none."""
    return tuple(str(FIELDS.get(name, name)) for name in offering.demo)


def _fee(offering: Offering) -> Iterator[str]:
    told = fee(offering)
    yield gettext("%(what)s.") % {"what": told[:1].upper() + told[1:]}
    if offering.first_month is FirstMonth.BY_DAYS:
        yield gettext("The first month counts by days, the day it begins among them.")
    if offering.minimum_fen:
        least = {"fee": Money(offering.minimum_fen)}
        yield gettext("What is chosen comes to at least %(fee)s a month.") % least


def _included(offering: Offering) -> Iterator[str]:
    if offering.allowances or offering.speed_mbps:
        yield gettext("%(what)s.") % {"what": includes(offering)}
    if offering.allowances and offering.first_month is FirstMonth.BY_DAYS:
        yield gettext("The first month gives its share by days, rounded up.")
    if offering.rolls:
        yield gettext("Unused data is there in the next month once more, and is used first.")
        yield gettext("When the plan changes, unused data is lost.")
    if offering.kind is Kind.PACK:
        yield gettext("It is used before the plan.")
    if offering.is_plan:
        unit = {"seconds": offering.voice_unit_seconds}
        yield gettext("A call is rounded up to units of %(seconds)s seconds.") % unit


def _schedule(schedule: DataSchedule | None) -> Iterator[str]:
    if schedule is None:
        return
    figures = {
        "price": Money(schedule.price_fen_per_mb),
        "fee": Money(schedule.tiers[0].fee_fen),
        "quota": megabytes(schedule.tiers[0].quota_mb),
    }
    yield from (sentence % figures for sentence in BEYOND[schedule.mode])
    if schedule.cap_fen:
        yield gettext("It comes to %(cap)s a month at most.") % {"cap": Money(schedule.cap_fen)}
    if schedule.stop_mb:
        yield gettext(
            "At %(stop)s beyond, data stops until the month ends or the customer asks to go on."
        ) % {"stop": megabytes(schedule.stop_mb)}
    if schedule.announces:
        yield gettext("Each step up is told by SMS with its fee.")


def _changes(offering: Offering) -> Iterator[str]:
    if offering.kind is Kind.MODULE:
        yield gettext("It is a part of a plan of one's own, and comes and goes with that plan.")
        return
    if offering.is_plan:
        yield gettext("A first plan begins at once.")
        if offering.change is Effect.NEXT_MONTH:
            yield gettext("A change to this plan takes effect on the 1st of next month.")
        return
    yield gettext("It begins at once.")
    yield _end(offering)


def _end(offering: Offering) -> str:
    if offering.lasts is Lasts.DAY:
        return gettext("It ends by itself after 24 hours.")
    if offering.lasts is Lasts.TERM:
        return gettext("It ends by itself when the term is over.")
    if offering.lasts is Lasts.MONTH:
        return gettext("It ends by itself when the month does.")
    if offering.cancel is Effect.AT_ONCE:
        return gettext("When it is cancelled it ends at once.")
    return gettext("When it is cancelled it ends with the month.")


def _together(offering: Offering) -> Iterator[str]:
    if offering.requires_plan:
        yield gettext("It goes with a plan.")
    if offering.kind is Kind.MODULE:
        return
    if not offering.limit:
        yield gettext("As many as wanted.")
    elif offering.limit == 1:
        yield gettext("One at a time.")
    else:
        yield gettext("Up to %(limit)s at a time.") % {"limit": offering.limit}


def _sale(offering: Offering, today: date) -> Iterator[str]:
    dates = {"first": offering.sold_from.isoformat(), "last": offering.sold_until}
    if offering.sold_until is None:
        yield gettext("On sale since %(first)s.") % dates
    elif offering.on_sale(today):
        yield gettext("On sale from %(first)s until %(last)s.") % dates
    else:
        yield gettext("It was on sale from %(first)s until %(last)s; who has it keeps it.") % dates


def _notes(offering: Offering) -> Sequence[str]:
    notes = zip(offering.notes_zh, offering.notes_en, strict=True)
    return [spoken(zh, en) for zh, en in notes]
