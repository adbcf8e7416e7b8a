"""Tell endings: every day, whose pack or term ends by itself within some days; in chunks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.communications.queries import rule_of_metric
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import main_lines_of_groups
from wanhao.products.contracts import EndingProducts
from wanhao.products.expiring import Place, ending_products, last_day
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import Cycle

KIND = "product-ending"
AT_ONCE = 5_000


def tell_endings(promises: Sequence[DuePromise], now: datetime) -> None:
    """Tell the next groups, whichever day looks: what ends together is told once, and every day
    also looks for what the days before could not know."""
    rule = rule_of_metric(Metric.PRODUCT_END, now)
    if rule is None:
        return
    within = timedelta(days=max(int(day) for day in rule.at))
    for promise in promises:
        page = ending_products(now, within, after=_place(promise.payload), limit=AT_ONCE)
        mains = main_lines_of_groups([one.group_id for one in page.ending])
        triggers = [
            _trigger(one, mains[one.group_id], now) for one in page.ending if one.group_id in mains
        ]
        decide_reminders(triggers, batch=0, now=now)
        if page.after is not None:
            make([_next(promise, page.after, now)], now)


def _trigger(ending: EndingProducts, main: LineView, now: datetime) -> Trigger:
    """The subject is the group; the first of the products that end together stands for all."""
    return Trigger(
        metric=Metric.PRODUCT_END,
        threshold=None,
        account_id=main.account_id,
        group_id=ending.group_id,
        number=None,
        cycle=Cycle.of(ending.until - timedelta(seconds=1)).number,
        episode=ending.products[0],
        occurred_at=int(now.timestamp()),
        said=_said(ending),
        expires_at=int(ending.until.timestamp()),
    )


def _said(ending: EndingProducts) -> dict[str, int | str]:
    said: dict[str, int | str] = {
        "product_id": ending.products[0],
        "product_zh": "、".join(dict.fromkeys(one.name_zh for one in ending.offerings)),
        "product_en": ", ".join(dict.fromkeys(one.name_en for one in ending.offerings)),
        "until": last_day(ending.until).isoformat(),
    }
    if ending.taken_up_fen is None:
        return {**said, "variant": "not_sold"}
    return {**said, "fee": ending.taken_up_fen}


def _place(payload: Mapping[str, object]) -> Place | None:
    if "until" not in payload:
        return None
    return datetime.fromisoformat(str(payload["until"])), int(str(payload["product"]))


def _next(promise: DuePromise, after: Place, now: datetime) -> NewPromise:
    until, product = after
    first = promise.key.partition(":")[0]
    return NewPromise(
        kind=KIND,
        key=f"{first}:{product}",
        due_at=now,
        payload={**promise.payload, "until": until.isoformat(), "product": product},
    )
