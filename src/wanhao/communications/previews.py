"""Previews that workers run: asked for, on their way, done; each step is a write of its own."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from wanhao.communications.models import PreviewRun
from wanhao.communications.preview_contracts import (
    CityCount,
    PreviewMethod,
    PreviewResult,
    PreviewRunView,
    PreviewSample,
    PreviewState,
)
from wanhao.communications.previewing import Previewing
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.values.errors import WanhaoError

PREVIEW_RULE = "preview-rule"


@transaction.atomic
def ask_preview(code: str, values: Mapping[str, Any], cycle: int, by: str, now: datetime) -> int:
    """Have a worker find out what a change would have done in a month; returns the run.
    WanhaoError for a rule there is not and for values it cannot have."""
    Previewing(code, values, now)
    run = PreviewRun.objects.create(
        rule=code, values=dict(values), cycle=cycle, by=by[:150], asked_at=now
    )
    make([NewPromise(kind=PREVIEW_RULE, key=str(run.pk), due_at=now)], now)
    return run.pk


def preview_run(run_id: int) -> PreviewRunView | None:
    """How far a preview is and what it found; None when there is none of that number."""
    row = PreviewRun.objects.filter(id=run_id).first()
    return None if row is None else _view(row)


def latest_preview(code: str) -> PreviewRunView | None:
    """The preview of a rule that was asked for last."""
    row = PreviewRun.objects.filter(rule=code).order_by("-id").first()
    return None if row is None else _view(row)


def note_progress(run_id: int, done: int, of: int) -> None:
    """So many records were lived through."""
    PreviewRun.objects.filter(id=run_id).update(state=PreviewState.RUNNING.value, done=done, of=of)


def note_result(run_id: int, result: PreviewResult, now: datetime) -> None:
    """The preview is done."""
    PreviewRun.objects.filter(id=run_id).update(
        state=PreviewState.DONE.value, result=asdict(result), finished_at=now
    )


def note_failure(run_id: int, error: WanhaoError, now: datetime) -> None:
    """The preview could not be made, and why."""
    PreviewRun.objects.filter(id=run_id).update(
        state=PreviewState.FAILED.value,
        error=f"{error.message} {error.remedy}".strip(),
        finished_at=now,
    )


def _view(row: PreviewRun) -> PreviewRunView:
    return PreviewRunView(
        run_id=row.pk,
        rule=row.rule,
        values=row.values,
        cycle=row.cycle,
        by=row.by,
        state=PreviewState(row.state),
        done=row.done,
        of=row.of,
        error=row.error,
        result=None if row.result is None else _result(row.result),
        asked_at=row.asked_at,
        finished_at=row.finished_at,
    )


def _result(stored: Mapping[str, Any]) -> PreviewResult:
    return PreviewResult(
        **{
            **stored,
            "method": PreviewMethod(stored["method"]),
            "by_city": tuple(CityCount(**one) for one in stored["by_city"]),
            "samples": tuple(PreviewSample(**one) for one in stored["samples"]),
        }
    )
