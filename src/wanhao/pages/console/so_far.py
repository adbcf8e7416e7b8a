"""What a line's group used so far in the running month, as the meter has counted it."""

from typing import Any

from wanhao.communications.contracts import Metric
from wanhao.pages.console import explain_words as words
from wanhao.pages.design.speech import money
from wanhao.usage import queries as usage
from wanhao.usage.contracts import Service
from wanhao.usage.ports import OutOfReachError
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse

METRICS = {Service.VOICE: Metric.VOICE, Service.MESSAGE: Metric.MESSAGE, Service.DATA: Metric.DATA}


def so_far_context(group_id: int, cycle: int) -> dict[str, Any]:
    """The running month in words; `out_of_reach` says why the meter cannot be read now. Empty when
    the meter counts another month, or does not know the group yet."""
    try:
        use = usage.use_so_far(group_id)
    except OutOfReachError as error:
        return {"out_of_reach": error}
    if use is None or use.cycle != cycle:
        return {}
    return {
        "as_of": use.as_of,
        "home": [_at_home(one, use) for one in use.home],
        "abroad": [_abroad(one, use) for one in use.abroad],
        "charge": money(use.charge_fen),
        "left": "" if use.left_fen is None else money(use.left_fen),
    }


def _at_home(one: ServiceUse, use: UseSoFar) -> dict[str, Any]:
    metric = METRICS[one.service]
    return {
        "code": one.service.value,
        "service": words.SERVICES[one.service.value],
        "used": words.amount(metric, one.used, use.voice_unit),
        "allowance": words.amount(metric, one.allowance, use.voice_unit) if one.allowance else "",
        "percent": max(one.used, 0) * 100 // one.allowance if one.allowance else None,
    }


def _abroad(one: ZoneUse, use: UseSoFar) -> dict[str, Any]:
    return {
        "service": words.SERVICES[one.service.value],
        "zone": words.ZONES[one.zone],
        "used": words.amount(METRICS[one.service], one.units, use.voice_unit),
    }
