"""The words a text may name: which variables each metric has, and what they say.

What the meter does not report comes in `Trigger.said`, always whole numbers or text: money in fen,
days as "2026-12-31", instants as "2026-12-31T10:00:00+08:00", names once for each language:

low-use: voice_used voice_allowed, message_used message_allowed, data_used data_allowed, a pair for
    each service that is used little; offering_zh offering_en saving (fen a month) when there is a
    plan that would have been cheaper, else the variant "no_suggestion"
points: points until
product-end: product_zh product_en until fee (what the same costs once more), or the variant
    "not_sold" where nobody can have it any more
stop, balance-stop, credit-stop, two-way, termination: owed time
stopped: owed time; variant "two_way" for the second step
emergency: time; variant "ending" shortly before it ends
lost: time; variant "found" when it is over
keep-number: until; variants "ending" before it ends, "resumed" when it has
restore: time · bill: cycle (as 202610) fee mean
works: place_zh place_en what_zh what_en starts ends
fraud: nothing; variant "risk" for a line that was called by somebody suspected
data-gift: mb giver (a masked number)
auction: number fee (the whole price) time (until when it must be paid)
queue: ticket hall_zh hall_en ahead (how many are before it); variant "next" where nobody is
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wanhao.communications import figures
from wanhao.communications.contracts import FULL, Metric, Said
from wanhao.parties.contracts import Language
from wanhao.values.money import Money

OF_USAGE = ("used", "allowed", "left", "price", "percent")
LATE = "late"
"""The variant that is told when the month it speaks of is over."""
VARIABLES: Mapping[Metric, tuple[str, ...]] = {
    Metric.VOICE: OF_USAGE,
    Metric.MESSAGE: OF_USAGE,
    Metric.DATA: (*OF_USAGE, "month"),
    Metric.BALANCE: ("left", "limit", "owed"),
    Metric.CREDIT: ("used", "left", "limit", "percent"),
    Metric.LOW_USE: ("uses", "percent", "offering", "saving"),
    Metric.POINTS: ("points", "until"),
    Metric.PRODUCT_END: ("product", "until", "fee"),
    Metric.STOP: ("owed", "time"),
    Metric.BALANCE_STOP: ("owed", "time"),
    Metric.CREDIT_STOP: ("owed", "time"),
    Metric.STOPPED: ("owed", "time"),
    Metric.TWO_WAY: ("owed", "time"),
    Metric.TERMINATION: ("owed", "time"),
    Metric.RESTORE: ("time",),
    Metric.EMERGENCY: ("time",),
    Metric.LOST: ("time",),
    Metric.KEEP_NUMBER: ("until",),
    Metric.BILL: ("month", "fee", "mean", "times"),
    Metric.STEP_UP: ("fee", "used", "month"),
    Metric.DATA_STOP: ("fee", "used"),
    Metric.WORKS: ("place", "what", "starts", "ends"),
    Metric.FRAUD: (),
    Metric.DATA_GIFT: ("quota", "giver"),
    Metric.AUCTION: ("number", "fee", "time"),
    Metric.QUEUE: ("ticket", "hall", "ahead"),
}
Texts = Mapping[tuple[str, str, Language], str]
"""By rule (or "frames", "prices"), variant and language."""

NEEDED: Mapping[Metric, tuple[str, ...]] = {
    Metric.POINTS: ("points", "until"),
    Metric.PRODUCT_END: ("product", "until"),
    Metric.STOP: ("owed", "time"),
    Metric.BALANCE_STOP: ("owed", "time"),
    Metric.CREDIT_STOP: ("owed", "time"),
    Metric.STOPPED: ("owed",),
    Metric.TWO_WAY: ("owed", "time"),
    Metric.TERMINATION: ("owed", "time"),
    Metric.RESTORE: ("time",),
    Metric.EMERGENCY: ("time",),
    Metric.LOST: ("time",),
    Metric.BILL: ("fee",),
    Metric.STEP_UP: ("fee",),
    Metric.DATA_STOP: ("fee",),
    Metric.WORKS: ("place", "starts", "ends"),
    Metric.DATA_GIFT: ("quota",),
    Metric.AUCTION: ("number", "fee", "time"),
    Metric.QUEUE: ("ticket", "hall"),
}
"""What a text is of no use without."""

OF_SERVICES = (Metric.VOICE, Metric.MESSAGE, Metric.DATA)
SERVICES = {
    "voice": {Language.ZH: "语音", Language.EN: "voice "},
    "message": {Language.ZH: "短信", Language.EN: "SMS "},
    "data": {Language.ZH: "流量", Language.EN: "data "},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a reminder will say; kept as data in the outbox until it is sent.

    `used` and `allowed` are voice units of `voice_unit_seconds`, messages or octets; `price_fen` is
    for one unit beyond the allowances (data: one MB). Of a data schedule `used` is what is beyond
    them and `fee_fen` what that costs. `comes_next` says how data is priced from here on: "flat",
    or "stack", "step" or "jump" with the next fee and the MB it is good for. `cycle` is the month
    it speaks of, 0 in rows of before months were kept.
    """

    metric: str
    threshold: int | None
    used: int = 0
    allowed: int = 0
    left_fen: int = 0
    credit_fen: int = 0
    fee_fen: int = 0
    price_fen: int = 0
    voice_unit_seconds: int = 60
    tier: int = 0
    comes_next: str = "flat"
    next_fee_fen: int = 0
    next_mb: int = 0
    cycle: int = 0
    said: Said = field(default_factory=dict)


def variant_of(said: Figures) -> str:
    """Which text of its rule is true."""
    if "variant" in said.said:
        return str(said.said["variant"])
    if said.metric in OF_SERVICES:
        return _usage_variant(said)
    if said.metric == Metric.BALANCE and said.left_fen < 0:
        return "overdrawn"
    used_up = said.metric == Metric.CREDIT and said.left_fen <= 0
    return "passed" if used_up and (said.threshold or 0) < FULL else "usual"


def _usage_variant(said: Figures) -> str:
    if said.allowed == 0:
        return "no_allowance"
    if said.tier:
        return "again"
    passed = (said.threshold or 0) < FULL and said.used > said.allowed
    return "passed" if passed else "usual"


def words_of(said: Figures, language: Language, texts: Texts) -> dict[str, str]:
    """What each variable of the metric stands for; `texts` say how the price of data is told."""
    metric = Metric(said.metric)
    if metric in OF_SERVICES:
        return _of_usage(said, language, texts)
    return OF_OTHERS[metric](said, language)


def _of_usage(said: Figures, language: Language, texts: Texts) -> dict[str, str]:
    price = str(Money(said.price_fen))
    if said.metric == Metric.DATA:
        price = texts["prices", said.comes_next, language].format_map(
            {
                "price": price,
                "fee": figures.yuan(said.next_fee_fen),
                "quota": figures.megabytes(said.next_mb),
            }
        )
    return {
        "used": _quantity(said, said.used, up=True),
        "allowed": _quantity(said, said.allowed, up=False),
        "left": _quantity(said, max(said.allowed - said.used, 0), up=False),
        "price": price,
        "percent": str(said.threshold or 0),
        "month": _month(said, language),
    }


def _month(said: Figures, language: Language) -> str:
    return figures.month(said.cycle, language) if said.cycle else ""


def _quantity(said: Figures, amount: int, *, up: bool) -> str:
    if said.metric == Metric.DATA:
        return figures.data(amount, up=up)
    if said.metric == Metric.VOICE:
        return figures.minutes(amount, said.voice_unit_seconds, up=up)
    return str(amount)


def _of_balance(said: Figures, language: Language) -> dict[str, str]:
    return {
        "left": str(Money(said.left_fen)),
        "limit": str(Money(said.threshold or 0)),
        "owed": str(Money(-said.left_fen)),
    }


def _of_credit(said: Figures, language: Language) -> dict[str, str]:
    return {
        "used": str(Money(said.credit_fen - said.left_fen)),
        "left": str(Money(max(said.left_fen, 0))),
        "limit": str(Money(said.credit_fen)),
        "percent": str(said.threshold or 0),
    }


def _of_low_use(said: Figures, language: Language) -> dict[str, str]:
    told = said.said
    uses = [
        f"{name[language]}{int(told[f'{code}_used']) * 100 // int(told[f'{code}_allowed'])}%"
        for code, name in SERVICES.items()
        if f"{code}_allowed" in told
    ]
    if not uses:
        raise KeyError("voice_allowed")
    words = {
        "uses": ("、" if language is Language.ZH else ", ").join(uses),
        "percent": str(said.threshold or 0),
    }
    if "saving" in told:
        words["offering"] = _name(told, "offering", language)
        words["saving"] = figures.yuan(int(told["saving"]))
    return words


def _of_points(said: Figures, language: Language) -> dict[str, str]:
    return {"points": str(int(said.said["points"])), "until": _day(said.said, "until", language)}


def _of_product_end(said: Figures, language: Language) -> dict[str, str]:
    words = {
        "product": _name(said.said, "product", language),
        "until": _day(said.said, "until", language),
    }
    if "fee" in said.said:
        words["fee"] = _money(said.said, "fee")
    return words


def _of_stop(said: Figures, language: Language) -> dict[str, str]:
    return {"owed": _money(said.said, "owed"), "time": _time(said.said, "time", language)}


def _of_restore(said: Figures, language: Language) -> dict[str, str]:
    return {"time": _time(said.said, "time", language)}


def _of_keeping(said: Figures, language: Language) -> dict[str, str]:
    return {"until": _day(said.said, "until", language)}


def _of_bill(said: Figures, language: Language) -> dict[str, str]:
    return {
        "month": figures.month(int(said.said["cycle"]), language),
        "fee": _money(said.said, "fee"),
        "mean": _money(said.said, "mean"),
        "times": str(said.threshold or 0),
    }


def _of_schedule(said: Figures, language: Language) -> dict[str, str]:
    return {
        "fee": str(Money(said.fee_fen)),
        "used": figures.data(said.used, up=True),
        "month": _month(said, language),
    }


def _of_works(said: Figures, language: Language) -> dict[str, str]:
    return {
        "place": _name(said.said, "place", language),
        "what": _name(said.said, "what", language),
        "starts": _time(said.said, "starts", language),
        "ends": _time(said.said, "ends", language),
    }


def _of_data_gift(said: Figures, language: Language) -> dict[str, str]:
    return {
        "quota": figures.megabytes(int(said.said["mb"])),
        "giver": str(said.said["giver"]),
    }


def _of_auction(said: Figures, language: Language) -> dict[str, str]:
    return {
        "number": str(said.said["number"]),
        "fee": _money(said.said, "fee"),
        "time": _time(said.said, "time", language),
    }


def _of_queue(said: Figures, language: Language) -> dict[str, str]:
    return {
        "ticket": str(said.said["ticket"]),
        "hall": _name(said.said, "hall", language),
        "ahead": str(int(said.said["ahead"])),
    }


def _of_nothing(said: Figures, language: Language) -> dict[str, str]:
    return {}


def _name(told: Said, variable: str, language: Language) -> str:
    return str(told[f"{variable}_{language.value}"])


def _money(told: Said, variable: str) -> str:
    return str(Money(int(told[variable])))


def _day(told: Said, variable: str, language: Language) -> str:
    return figures.day(str(told[variable]), language)


def _time(told: Said, variable: str, language: Language) -> str:
    return figures.time(str(told[variable]), language)


OF_OTHERS: Mapping[Metric, Callable[[Figures, Language], dict[str, str]]] = {
    Metric.BALANCE: _of_balance,
    Metric.CREDIT: _of_credit,
    Metric.LOW_USE: _of_low_use,
    Metric.POINTS: _of_points,
    Metric.PRODUCT_END: _of_product_end,
    Metric.STOP: _of_stop,
    Metric.BALANCE_STOP: _of_stop,
    Metric.CREDIT_STOP: _of_stop,
    Metric.STOPPED: _of_stop,
    Metric.TWO_WAY: _of_stop,
    Metric.TERMINATION: _of_stop,
    Metric.RESTORE: _of_restore,
    Metric.EMERGENCY: _of_restore,
    Metric.LOST: _of_restore,
    Metric.KEEP_NUMBER: _of_keeping,
    Metric.BILL: _of_bill,
    Metric.STEP_UP: _of_schedule,
    Metric.DATA_STOP: _of_schedule,
    Metric.WORKS: _of_works,
    Metric.FRAUD: _of_nothing,
    Metric.DATA_GIFT: _of_data_gift,
    Metric.AUCTION: _of_auction,
    Metric.QUEUE: _of_queue,
}
