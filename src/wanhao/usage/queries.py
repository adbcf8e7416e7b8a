"""What may be read of the usage room."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet, Sum

from wanhao.usage.closed_files import HomeUse, home_use, usage_lines
from wanhao.usage.closing import closed_cycles as _closed_cycles
from wanhao.usage.contracts import (
    MeterStatus,
    QuarantinedRecord,
    QuarantineReason,
    RatePoint,
    ThresholdsFact,
    UsageLine,
)
from wanhao.usage.facts_log import decode
from wanhao.usage.file_contracts import FileOutcome
from wanhao.usage.masking import masked
from wanhao.usage.mending import DISMISSED
from wanhao.usage.models import (
    Batch,
    Fact,
    LateUsage,
    MeterPulse,
    MeterStandby,
    QuarantineCount,
    ToldTariff,
    UsageFile,
)
from wanhao.usage.models import QuarantinedRecord as QuarantineRow
from wanhao.usage.ports import usage_reader
from wanhao.usage.quarantine_contracts import HeldState
from wanhao.usage.standby_contracts import StandbyStatus
from wanhao.usage.use_contracts import UseSoFar

RATE_WINDOW = timedelta(minutes=1)
PULSE_LIMIT = timedelta(seconds=15)


def current_thresholds() -> ThresholdsFact | None:
    """The thresholds that the log says are watched now."""
    row = Fact.objects.filter(kind="thresholds").order_by("-number").first()
    if row is None:
        return None
    (fact,) = decode(row.kind, row.body)
    return fact if isinstance(fact, ThresholdsFact) else None


def told_tariffs() -> frozenset[int]:
    """The numbers of the tariffs that the meter knows."""
    return frozenset(ToldTariff.objects.values_list("number", flat=True))


def closed_cycles() -> tuple[int, ...]:
    """The cycles that take no more records, oldest first, each with a file of what was used."""
    return _closed_cycles()


def closed_usage(cycle: int, first_account: int, last_account: int) -> list[UsageLine]:
    """What the accounts from the first to the last used in a closed cycle and were charged, by
    account and group. Only their part of the cycle's file is read; services nobody used are left
    out. WanhaoError for a cycle that is not closed, and for a file that is gone or changed.
    """
    return list(usage_lines(cycle, first_account, last_account))


def closed_home_use(cycle: int, first_account: int, last_account: int) -> Iterator[HomeUse]:
    """What the accounts from the first to the last used at home in a closed cycle, as columns, a
    stretch of them at a time. WanhaoError as `closed_usage` says.
    """
    return home_use(cycle, first_account, last_account)


def use_so_far(group_id: int) -> UseSoFar | None:
    """What a group used in the newest month as the meter has counted it, asked of the meter and not
    of the database; None for a group it does not know. OutOfReachError where no meter can be read.
    """
    return usage_reader().use_of(group_id)


def late_waiting() -> int:
    """How many records came after the close of their cycle and are not settled yet."""
    return LateUsage.objects.filter(settled_at__isnull=True).count()


def meter_status(now: datetime, speed: int = 1) -> MeterStatus:
    """How the counting stands at `now`; a demo's clock may run `speed` times as fast."""
    last = Batch.objects.order_by("-number").first()
    counted = Batch.objects.filter(records_in__gt=0).order_by("-number").first()
    pulse = MeterPulse.objects.first()
    recent = Batch.objects.filter(committed_at__gt=now - RATE_WINDOW)
    records = recent.aggregate(records=Sum("records_in"))["records"] or 0
    return MeterStatus(
        records_in=last.total_in if last else 0,
        metered=last.total_metered if last else 0,
        duplicate=last.total_duplicate if last else 0,
        quarantined=last.total_quarantined if last else 0,
        records_per_second=records / RATE_WINDOW.total_seconds(),
        lag_seconds=_lag(counted, pulse, now),
        waiting_files=pulse.waiting_files if pulse else 0,
        last_batch=last.number if last else 0,
        last_commit_at=counted.committed_at if counted else None,
        alive=pulse is not None and now - pulse.at < PULSE_LIMIT * speed,
        standbys=_standbys(now - PULSE_LIMIT * speed),
    )


def _standbys(since: datetime) -> tuple[StandbyStatus, ...]:
    rows = MeterStandby.objects.filter(at__gt=since).order_by("name")
    return tuple(StandbyStatus(name=row.name, last_batch=row.last_batch, at=row.at) for row in rows)


def _lag(counted: Batch | None, pulse: MeterPulse | None, now: datetime) -> float | None:
    last = None
    if counted is not None and counted.arrived_at is not None:
        last = (counted.committed_at - counted.arrived_at).total_seconds()
    if pulse is not None and pulse.oldest_waiting_at is not None:
        waiting = (now - pulse.oldest_waiting_at).total_seconds()
        return max(waiting, last or 0.0, 0.0)
    return None if last is None else max(last, 0.0)


def file_outcomes(digests: Collection[str]) -> dict[str, FileOutcome]:
    """What became of the files with these contents; the meter may not have seen some yet."""
    return {row.digest: _outcome(row) for row in UsageFile.objects.filter(digest__in=list(digests))}


def refused_files(since: datetime | None = None) -> int:
    """How many files could not be read, or not to their end, since then or the beginning."""
    return _refused(since).count()


def latest_refused(limit: int, since: datetime) -> list[FileOutcome]:
    """The files refused last, since then."""
    return [_outcome(row) for row in _refused(since).order_by("-finished_at")[:limit]]


def _refused(since: datetime | None) -> QuerySet[UsageFile]:
    rows = UsageFile.objects.filter(finished=True).exclude(trouble="")
    return rows if since is None else rows.filter(finished_at__gte=since)


def quarantined_since(file: str, since: datetime) -> int:
    """How many rows of files with this name were put aside since then."""
    return QuarantineRow.objects.filter(file=file, batch__committed_at__gte=since).count()


def _outcome(row: UsageFile) -> FileOutcome:
    return FileOutcome(
        name=row.name, rows_done=row.rows_done, trouble=row.trouble, finished_at=row.finished_at
    )


def rate_points(now: datetime, minutes: int = 10, step_seconds: int = 5) -> list[RatePoint]:
    """Records counted in each step of the last minutes, oldest first, empty steps as zero."""
    step = step_seconds
    end = int(now.timestamp()) // step * step
    start = end - minutes * 60
    query = """
        SELECT floor(extract(epoch FROM committed_at) / %s)::bigint * %s, sum(records_in)
        FROM wanhao_usage_batch WHERE committed_at >= to_timestamp(%s) GROUP BY 1
    """
    with connection.cursor() as cursor:
        cursor.execute(query, [step, step, start])
        counted = {int(at): int(records) for at, records in cursor.fetchall()}
    return [
        RatePoint(at=datetime.fromtimestamp(at, now.tzinfo), records=counted.get(at, 0))
        for at in range(start, end, step)
    ]


def quarantine_by_reason() -> list[QuarantineReason]:
    """How many records are held, for each reason, most first; the dismissed are not among them."""
    rows = QuarantineCount.objects.filter(records__gt=0).exclude(reason=DISMISSED)
    rows = rows.order_by("-records", "reason")
    return [QuarantineReason(reason=row.reason, records=row.records) for row in rows]


def latest_quarantined(limit: int) -> list[QuarantinedRecord]:
    """The newest records put aside and not settled yet, numbers masked."""
    rows = QuarantineRow.objects.filter(state__in=[HeldState.HELD.value, HeldState.WAITING.value])
    rows = rows.select_related("batch").order_by("-id")[:limit]
    return [
        QuarantinedRecord(
            reason=row.reason,
            file=row.file,
            row=row.row,
            text=masked(row.text),
            at=row.batch.committed_at,
        )
        for row in rows
    ]
