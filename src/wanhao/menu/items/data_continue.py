"""Data again after it stopped at the limit of the month, at the price beyond the allowance."""

from wanhao.menu.contracts import (
    EVERYWHERE,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
    RefusedError,
)
from wanhao.menu.wording import lines, month, yuan
from wanhao.products.contracts import DataSchedule, Mode
from wanhao.products.queries import data_stops, tariffs_held
from wanhao.values.cycle import Cycle
from wanhao.workflows.continue_data import continue_data


def propose(asking: Asking[NoInputs]) -> Answer:
    """What data costs from then on."""
    _refuse_unstopped(asking)
    schedule = _schedule(asking)
    each = schedule.price_fen_per_mb if schedule else 0
    of = month(Cycle.of(asking.now).number, asking.asker.language)
    short = asking.say(
        f"恢复{of}流量，此后按套餐外{yuan(each)}/MB重新计费，立即生效。",
        f"Data again in {of}, from now on at {yuan(each)} an MB beyond the plan, counted anew.",
    )
    return Answer(
        long=lines([short, *_limits(asking, schedule), _undo(asking)]),
        short=short,
        data={"cycle": Cycle.of(asking.now).number, "price_fen_per_mb": each},
    )


def answer(asking: Asking[NoInputs]) -> Answer:
    """Let data flow again."""
    continue_data(asking.line.group_id, asking.now)
    said = asking.say("您的流量已恢复，几分钟内生效。", "Your data works again within minutes.")
    return Answer(long=said, short=said, data={"cycle": Cycle.of(asking.now).number})


def _refuse_unstopped(asking: Asking[NoInputs]) -> None:
    stops = data_stops([asking.line.group_id], Cycle.of(asking.now).number)
    if not any(stop.lifted_at is None for stop in stops):
        raise RefusedError(
            "您的流量没有停用，无需恢复。", "Your data is not stopped; nothing has to be done."
        )


def _schedule(asking: Asking[NoInputs]) -> DataSchedule | None:
    group_id = asking.line.group_id
    tariff = tariffs_held([group_id], asking.now).get(group_id)
    return tariff.schedule if tariff else None


def _limits(asking: Asking[NoInputs], schedule: DataSchedule | None) -> list[str]:
    if schedule is None or schedule.mode is not Mode.STACK:
        return []
    tier = schedule.tiers[0]
    said = [
        asking.say(
            f"每{tier.quota_mb}MB最多{yuan(tier.fee_fen)}。",
            f"At most {yuan(tier.fee_fen)} for each {tier.quota_mb} MB.",
        )
    ]
    if schedule.cap_fen:
        cap = yuan(schedule.cap_fen)
        said.append(asking.say(f"再次封顶{cap}。", f"Never more than {cap} once more."))
    return said


def _undo(asking: Asking[NoInputs]) -> str:
    return asking.say(
        "不再需要时可在手机上关闭数据。下月1日自动恢复套餐用量。",
        "Switch data off on the handset when you want no more. On the 1st the plan begins anew.",
    )


ITEM = MenuItem(
    code="data_continue",
    zh="封顶后继续使用流量",
    en="Data after its limit",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    propose=propose,
)
