"""What needs the customer: money owed, a stop of service, with what to do; pure."""

from dataclasses import dataclass
from datetime import datetime

from wanhao.billing.stop_contracts import LineStopKind, LineStopView, ServiceState, StopView
from wanhao.menu.wording import full_day, moment, money, pick
from wanhao.pages.hall.standing import Money
from wanhao.parties.contracts import Language

STOPPED = {
    ServiceState.ONE_WAY: (
        "您已被停机：不能打出和上网，可以接听",
        "Service is stopped: no outgoing calls or data",
    ),
    ServiceState.TWO_WAY: (
        "您已被双向停机：不能打出、接听和上网",
        "Service is stopped in both directions",
    ),
    ServiceState.TERMINATED: (
        "合约已因欠费终止，请到营业厅办理",
        "The contract has ended for arrears; please come to a business hall",
    ),
}
LINE_STOPS = {
    LineStopKind.LOST: ("本机已挂失停机", "This line is stopped as lost", "cancel_loss"),
    LineStopKind.KEEP_NUMBER: ("本机正在停机保号", "This number is being kept for later", "resume"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that needs the customer: what is so, what to do about it, and the item that does.

    `grave`: it hurts already.
    """

    said: str
    do: str
    item: str
    grave: bool
    also: str = ""


def dues(money_of: Money, language: Language) -> tuple[Due, ...]:
    """What needs the customer, the gravest first."""
    owed_fen, late_fen = max(-(money_of.balance_fen or 0), 0), money_of.late_fen
    stop, found = money_of.stop, []
    if stop is not None:
        found.append(_stopped(stop, max(late_fen, stop.owed_fen, owed_fen), language))
    elif money_of.announced is not None:
        found.append(_announced(money_of.announced, money_of.announced_fen, language))
    elif late_fen > 0:
        said = (f"有{money(late_fen)}账单已过缴费期", f"{money(late_fen)} of your bills is overdue")
        do = ("请尽快缴费，以免停机", "Please pay soon, so that service goes on")
        found.append(_due(said, do, "topup", language, grave=True))
    elif owed_fen > 0:
        said = (f"有{money(owed_fen)}待缴", f"{money(owed_fen)} is to be paid")
        do = ("缴费后立即到账", "A payment counts at once")
        found.append(_due(said, do, "topup", language, grave=False))
    found += [_line_stopped(one, language) for one in money_of.line_stops]
    return tuple(found)


def _stopped(stop: StopView, owed_fen: int, language: Language) -> Due:
    said = STOPPED.get(stop.state, STOPPED[ServiceState.ONE_WAY])
    if stop.state is ServiceState.TERMINATED:
        return _due(said, ("", ""), "halls", language, grave=True)
    do = (
        f"缴清{money(owed_fen)}后几秒内恢复；急用可紧急开机",
        f"Service is back seconds after {money(owed_fen)} is paid; emergency power-on helps before",
    )
    return _due(said, do, "topup", language, grave=True, also="emergency_resume")


def _announced(begins: datetime, owed_fen: int, language: Language) -> Due:
    zh, en = moment(begins, Language.ZH), moment(begins, Language.EN)
    said = (f"{zh}起将因欠费停机", f"Service is to stop on {en}")
    do = (
        f"在此之前缴{money(owed_fen)}，就不会停机",
        f"Pay {money(owed_fen)} before then, and it goes on",
    )
    return _due(said, do, "topup", language, grave=True)


def _line_stopped(stop: LineStopView, language: Language) -> Due:
    zh, en, item = LINE_STOPS[stop.kind]
    do = ("", "") if stop.until is None else _lasts(stop.until)
    return _due((zh, en), do, item, language, grave=False)


def _lasts(until: datetime) -> tuple[str, str]:
    return f"到{full_day(until, Language.ZH)}为止", f"until {full_day(until, Language.EN)}"


def _due(
    said: tuple[str, str],
    do: tuple[str, str],
    item: str,
    language: Language,
    *,
    grave: bool,
    also: str = "",
) -> Due:
    return Due(said=pick(language, said), do=pick(language, do), item=item, grave=grave, also=also)
