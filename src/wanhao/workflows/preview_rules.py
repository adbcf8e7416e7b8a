"""Preview rules: what a change of a reminder rule would have done in a month, found by living
through the month again."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from django.db import connection

from wanhao.communications.contracts import Metric
from wanhao.communications.preview_contracts import PreviewMethod, PreviewResult, PreviewState
from wanhao.communications.previewing import Previewing
from wanhao.communications.previews import (
    note_failure,
    note_progress,
    note_result,
    preview_run,
)
from wanhao.promises.contracts import DuePromise
from wanhao.usage.contracts import Crossing, LowUseCrossing, Service, ThresholdsFact
from wanhao.usage.replaying import replay_month
from wanhao.values.errors import WanhaoError
from wanhao.workflows.describe_crossings import METRICS, trigger_of
from wanhao.workflows.tell_low_use import low_use_triggers

Progress = Callable[[int, int], None]


def preview_rule(
    code: str,
    values: Mapping[str, Any],
    cycle: int,
    now: datetime,
    progress: Progress = lambda done, of: None,
) -> PreviewResult:
    """How many messages the rule would have sent in a month with these values, and without them."""
    change = Previewing(code, values, now)
    if change.method is PreviewMethod.REPLAYED:
        reviews = change.thresholds if change.metric is Metric.LOW_USE else ()

        def hear(crossings: Sequence[Crossing]) -> None:
            little = [one for one in crossings if isinstance(one, LowUseCrossing)]
            plain = [one for one in crossings if not isinstance(one, LowUseCrossing)]
            change.hear([trigger_of(one) for one in plain])
            if change.metric is Metric.LOW_USE and little:
                change.hear(low_use_triggers(little, now))

        replay_month(cycle, _watched(change), hear, progress, reviews)
    return change.result(cycle)


def keep_previews(due: Sequence[DuePromise], now: datetime) -> None:
    """Run the previews that were asked for; a keeper of promises.

    It runs in a thread with a connection of its own: how far it is must be seen while it runs, and
    the transaction in which promises are kept ends only when all of it is over.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        beside.submit(_run_all, [int(promise.key) for promise in due], now).result()


def _run_all(run_ids: Sequence[int], now: datetime) -> None:
    try:
        for run_id in run_ids:
            _run(run_id, now)
    finally:
        connection.close()


def _run(run_id: int, now: datetime) -> None:
    run = preview_run(run_id)
    if run is None or run.state in (PreviewState.DONE, PreviewState.FAILED):
        return
    note_progress(run_id, 0, 0)
    try:
        result = preview_rule(
            run.rule, run.values, run.cycle, now, lambda done, of: note_progress(run_id, done, of)
        )
    except WanhaoError as error:
        note_failure(run_id, error, now)
    else:
        note_result(run_id, result, now)


def _watched(change: Previewing) -> ThresholdsFact:
    """Only what the rule tells of."""
    wanted = change.thresholds
    return ThresholdsFact(
        usage={service: wanted if METRICS[service] is change.metric else () for service in Service},
        money=wanted if change.metric is Metric.BALANCE else (),
        credit=wanted if change.metric is Metric.CREDIT else (),
    )
