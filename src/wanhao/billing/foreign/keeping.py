"""Keeps what a foreign billing told, and finds what of it is news to the meter.

A change is applied when its version is higher than the kept one of the same subject, so pages that
come again, in whatever order, change nothing. The caller holds the feed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Max

from wanhao.billing.foreign.answers import BalanceChange, TermsChange
from wanhao.billing.foreign.contracts import Kept, ToldFunds, ToldTerms
from wanhao.billing.foreign_models import ForeignFunds, ForeignTerms
from wanhao.parties.contracts import LineView
from wanhao.values.cycle import Cycle

Row = TypeVar("Row", ForeignFunds, ForeignTerms)
CYCLES_KEPT = 5
LOOK_AGAIN_AFTER = timedelta(seconds=10)
FUNDS_FIELDS = ("account", "version", "spendable_fen", "billed_through", "told_at", "looked_at")
TERMS_FIELDS = (
    *("group", "version", "plan", "voice_unit", "voice", "voice_left", "message"),
    *("message_left", "data", "data_left", "told_at", "looked_at"),
)


def keep_balances(
    changes: Sequence[BalanceChange], accounts: Mapping[str, int], now: datetime
) -> Kept:
    """Keep balances; `accounts` are those known here by their reference."""
    newest = {change.account: change for change in sorted(changes, key=_by_version)}
    before = ForeignFunds.objects.select_for_update().in_bulk(list(newest))
    rows = [
        _funds_row(change, accounts.get(change.account), now)
        for change in newest.values()
        if change.account not in before or before[change.account].version < change.version
    ]
    ForeignFunds.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["reference"], update_fields=FUNDS_FIELDS
    )
    news = [row for row in rows if _is_news(row, before.get(row.reference), _funds_meaning)]
    return Kept(
        funds=tuple(_funds(row) for row in news if row.account_id),
        changes=len(changes),
        repeated=len(changes) - len(rows),
        unknown=sum(row.account_id is None for row in rows),
    )


def keep_terms(
    changes: Sequence[TermsChange], lines: Mapping[int, LineView], now: datetime
) -> Kept:
    """Keep allowances; `lines` are the live ones known here by their number."""
    newest = {(change.number, change.cycle): change for change in sorted(changes, key=_by_version)}
    numbers = [number for number, _ in newest]
    held = ForeignTerms.objects.select_for_update().filter(number__in=numbers)
    before = {(row.number, row.cycle): row for row in held}
    rows = [
        _terms_row(change, lines.get(change.number), now)
        for key, change in sorted(newest.items())
        if key not in before or before[key].version < change.version
    ]
    ForeignTerms.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["number", "cycle"], update_fields=TERMS_FIELDS
    )
    _forget_old(rows, now)
    news = [
        row for row in rows if _is_news(row, before.get((row.number, row.cycle)), _terms_meaning)
    ]
    return Kept(
        terms=tuple(_told_terms(_in_force(news, now), lines)),
        changes=len(changes),
        repeated=len(changes) - len(rows),
        unknown=sum(row.group_id is None for row in rows),
    )


def unknown_subjects(now: datetime, limit: int) -> tuple[list[str], list[int]]:
    """References and numbers that were told of but unknown when they were last looked up."""
    since = now - LOOK_AGAIN_AFTER
    accounts = ForeignFunds.objects.filter(account__isnull=True, looked_at__lt=since)
    numbers = ForeignTerms.objects.filter(group__isnull=True, looked_at__lt=since)
    return (
        list(accounts.order_by("looked_at").values_list("reference", flat=True)[:limit]),
        list(numbers.order_by("looked_at").values_list("number", flat=True)[:limit]),
    )


def recognise(
    references: Sequence[str],
    numbers: Sequence[int],
    accounts: Mapping[str, int],
    lines: Mapping[int, LineView],
    now: datetime,
) -> Kept:
    """Give what was unknown to the accounts and groups that were opened since."""
    funds = list(ForeignFunds.objects.filter(reference__in=references, account__isnull=True))
    for row in funds:
        row.account_id, row.looked_at = accounts.get(row.reference), now
    ForeignFunds.objects.bulk_update(funds, ["account", "looked_at"], batch_size=1_000)
    terms = list(
        ForeignTerms.objects.filter(number__in=numbers, group__isnull=True).order_by("cycle")
    )
    for terms_row in terms:
        line = lines.get(terms_row.number)
        terms_row.group_id, terms_row.looked_at = line.group_id if line else None, now
    ForeignTerms.objects.bulk_update(terms, ["group", "looked_at"], batch_size=1_000)
    return Kept(
        funds=tuple(_funds(row) for row in funds if row.account_id),
        terms=tuple(_told_terms(_in_force(terms, now), lines)),
    )


def both(first: Kept, second: Kept) -> Kept:
    """Two parts of one page taken together."""
    return Kept(
        funds=first.funds + second.funds,
        terms=first.terms + second.terms,
        changes=first.changes + second.changes,
        repeated=first.repeated + second.repeated,
        unknown=first.unknown + second.unknown,
    )


def _by_version(change: BalanceChange | TermsChange) -> int:
    return change.version


def _funds_row(change: BalanceChange, account_id: int | None, now: datetime) -> ForeignFunds:
    return ForeignFunds(
        reference=change.account,
        account_id=account_id,
        version=change.version,
        spendable_fen=change.spendable_fen,
        billed_through=change.billed_through,
        told_at=change.at,
        looked_at=now,
    )


def _terms_row(change: TermsChange, line: LineView | None, now: datetime) -> ForeignTerms:
    told = change.allowances
    return ForeignTerms(
        number=change.number,
        cycle=change.cycle,
        group_id=line.group_id if line else None,
        version=change.version,
        plan=change.plan,
        voice_unit=change.voice_unit_seconds,
        voice=told.voice.total,
        voice_left=told.voice.left,
        message=told.message.total,
        message_left=told.message.left,
        data=told.data.total,
        data_left=told.data.left,
        told_at=change.at,
        looked_at=now,
    )


def _funds_meaning(row: ForeignFunds) -> tuple[object, ...]:
    return row.account_id, row.spendable_fen, row.billed_through


def _terms_meaning(row: ForeignTerms) -> tuple[object, ...]:
    """What the meter goes by; what is left it counts itself."""
    return row.group_id, row.plan, row.voice_unit, row.voice, row.message, row.data


def _is_news(row: Row, before: Row | None, meaning: Callable[[Row], tuple[object, ...]]) -> bool:
    return before is None or meaning(before) != meaning(row)


def _funds(row: ForeignFunds) -> ToldFunds:
    assert row.account_id is not None
    return ToldFunds(
        account_id=row.account_id,
        spendable_fen=row.spendable_fen,
        billed_through=row.billed_through,
    )


def _told_terms(rows: Iterable[ForeignTerms], lines: Mapping[int, LineView]) -> Iterator[ToldTerms]:
    for row in rows:
        if row.group_id is not None:
            yield ToldTerms(
                group_id=row.group_id,
                account_id=lines[row.number].account_id,
                cycle=row.cycle,
                plan=row.plan,
                voice_unit=row.voice_unit,
                voice=row.voice,
                message=row.message,
                data=row.data,
            )


def _in_force(rows: Sequence[ForeignTerms], now: datetime) -> list[ForeignTerms]:
    """Without terms that newer ones of their number have replaced by now."""
    newest = dict(
        ForeignTerms.objects.filter(
            number__in={row.number for row in rows}, cycle__lte=Cycle.of(now).number
        )
        .values_list("number")
        .annotate(Max("cycle"))
    )
    return [row for row in rows if row.cycle >= newest.get(row.number, row.cycle)]


def _forget_old(rows: Sequence[ForeignTerms], now: datetime) -> None:
    """Drop what a number had more than five cycles ago, once it has something newer."""
    oldest = Cycle.of(now)
    for _ in range(CYCLES_KEPT):
        oldest = oldest.previous
    numbers = [row.number for row in rows if row.cycle >= oldest.number]
    ForeignTerms.objects.filter(number__in=numbers, cycle__lt=oldest.number).delete()
