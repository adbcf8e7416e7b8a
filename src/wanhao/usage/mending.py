"""Mending the quarantine: repairing records, having them judged again, dismissing them.

The meter does the judging; what is asked for here waits until its next step.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from wanhao.usage.models import QuarantinedRecord, QuarantineStep
from wanhao.usage.quarantine_contracts import HeldFilter, HeldState, StepKind
from wanhao.usage.rejudging import count_held, fields_of
from wanhao.usage.schema import CHARGE, COLUMNS
from wanhao.values.errors import WanhaoError

DISMISSED = "dismissed"
"""Stands among the reasons for what was dismissed: it is still in quarantine, but nobody waits."""
AT_ONCE = 10_000
LONGEST_WHY = QuarantineStep._meta.get_field("why").max_length or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """How many records were moved, and the last of them: the next call goes on after it."""

    records: int
    last: int


@transaction.atomic
def repair(record_id: int, changes: Mapping[str, str], *, by: str, why: str, now: datetime) -> None:
    """Give a held record other values in some columns and have it judged again as the same record.

    A row that had not a field for each column needs all of them. WanhaoError for a record that is
    not held, and for a column there is not.
    """
    row = _held_row(record_id)
    before = fields_of(row.mended or row.text)
    _refuse_strange(changes, before)
    if not all(value.strip().isprintable() for value in changes.values()):
        raise WanhaoError("A value has signs that cannot be seen.", "Type it anew.")
    text = _as_row({**before, **{name: value.strip() for name, value in changes.items()}})
    row.mended, row.state = text, HeldState.WAITING.value
    row.save(update_fields=["mended", "state"])
    _note([(row.pk, row.reason)], StepKind.REPAIRED, by=by, why=why, now=now, text=text)


@transaction.atomic
def replay(
    wanted: HeldFilter, *, by: str, why: str, now: datetime, after: int = 0, limit: int = AT_ONCE
) -> Moved:
    """Have the next held records beyond `after` judged again as they are; call until none moves."""
    return _move(_next(wanted, after), limit, StepKind.REPLAYED, by=by, why=why, now=now)


@transaction.atomic
def dismiss(
    wanted: HeldFilter, *, by: str, why: str, now: datetime, after: int = 0, limit: int = AT_ONCE
) -> Moved:
    """Give the next held records beyond `after` up for good; they never count. WanhaoError without
    a reason."""
    if not why.strip():
        raise WanhaoError("Nothing is dismissed without a reason.", "Say why it never counts.")
    return _move(_next(wanted, after), limit, StepKind.DISMISSED, by=by, why=why, now=now)


def held(wanted: HeldFilter) -> QuerySet[QuarantinedRecord]:
    """The records that a filter means."""
    rows = QuarantinedRecord.objects.all()
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state.value)
    if wanted.reason:
        rows = rows.filter(reason=wanted.reason)
    if wanted.file:
        rows = rows.filter(file=wanted.file)
    return rows.filter(id__in=wanted.ids) if wanted.ids else rows


def _held_row(record_id: int) -> QuarantinedRecord:
    row = QuarantinedRecord.objects.select_for_update().filter(id=record_id).first()
    if row is None:
        raise WanhaoError(
            f"There is no record {record_id} in the quarantine.",
            "See those there are: wanhao usage quarantine list",
        )
    if row.state != HeldState.HELD.value:
        raise WanhaoError(
            f"Record {record_id} is not held, it is {row.state}.",
            "Only what is held can be repaired, replayed or dismissed.",
        )
    return row


def _refuse_strange(changes: Mapping[str, str], before: Mapping[str, str]) -> None:
    known = (*COLUMNS, CHARGE)
    strange = sorted(changes.keys() - set(known))
    if strange:
        raise WanhaoError(f"There is no column '{strange[0]}'.", f"They are {', '.join(known)}.")
    missing = [name for name in COLUMNS if name not in before and not changes.get(name, "").strip()]
    if missing:
        raise WanhaoError(
            f"The row has no {', '.join(missing)}.",
            "It came without a field for each column: give all of them.",
        )


def _as_row(fields: Mapping[str, str]) -> str:
    values = [fields[name] for name in COLUMNS]
    charge = fields.get(CHARGE, "")
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([*values, charge] if charge else values)
    return out.getvalue()


def _next(wanted: HeldFilter, after: int) -> QuerySet[QuarantinedRecord]:
    asked = HeldFilter(reason=wanted.reason, file=wanted.file, ids=wanted.ids)
    return held(asked).filter(id__gt=after).order_by("id")


def _move(
    rows: QuerySet[QuarantinedRecord],
    limit: int,
    kind: StepKind,
    *,
    by: str,
    why: str,
    now: datetime,
) -> Moved:
    chosen = list(rows.select_for_update().values_list("id", "reason")[:limit])
    if not chosen:
        return Moved(records=0, last=0)
    state = HeldState.DISMISSED if kind is StepKind.DISMISSED else HeldState.WAITING
    ids = [record_id for record_id, _ in chosen]
    QuarantinedRecord.objects.filter(id__in=ids).update(state=state.value)
    _note(chosen, kind, by=by, why=why, now=now)
    if kind is StepKind.DISMISSED:
        gone = Counter(reason for _, reason in chosen)
        count_held({**{reason: -n for reason, n in gone.items()}, DISMISSED: len(chosen)})
    return Moved(records=len(chosen), last=ids[-1])


def _note(
    records: list[tuple[int, str]],
    kind: StepKind,
    *,
    by: str,
    why: str,
    now: datetime,
    text: str = "",
) -> None:
    if not by:
        raise WanhaoError("Nobody is named who does this.", "Say who.")
    same = {"kind": kind.value, "text": text, "by": by[:64], "why": why[:LONGEST_WHY], "at": now}
    QuarantineStep.objects.bulk_create(
        QuarantineStep(record_id=record_id, reason=reason, **same) for record_id, reason in records
    )
