"""Accounts and spending, as the tests of points and stars need them."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Sum

from tests.parties.examples import a_line, an_account
from wanhao.loyalty.actions import earn, evaluate
from wanhao.loyalty.contracts import Charge, Spending, Worth
from wanhao.loyalty.growing import star_rules
from wanhao.loyalty.models import PointsBatch, PointsEntry
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import CustomerKind, PayType
from wanhao.values.cycle import SHANGHAI, Cycle

NOW = datetime(2026, 12, 6, 2, 0, tzinfo=UTC)


def at(year: int, month: int, day: int, hour: int = 10) -> datetime:
    """A moment in Shanghai."""
    return datetime(year, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def opened_accounts(count: int) -> list[int]:
    """Accounts of persons who pay afterwards."""
    orders = [
        an_account(f"A{n}", (a_line(16907910000 + n),), pay_type=PayType.POSTPAID)
        for n in range(count)
    ]
    return [account.account_id for account in open_accounts(orders)]


def spent(
    account_id: int,
    fen: int,
    others: Mapping[Charge, int] | None = None,
    *,
    bundle: bool = False,
    month: int = 1,
    kind: CustomerKind = CustomerKind.PERSON,
    pays: PayType = PayType.POSTPAID,
) -> Spending:
    """A cycle's spending of somebody new without a mobile: one point for each yuan."""
    return Spending(
        account_id=account_id,
        charges={Charge.SERVICE: fen, **(others or {})},
        customer_kind=kind,
        pay_type=pays,
        mobile_or_bundle=bundle,
        month=month,
    )


def give_points(account_id: int, year: int, points: int) -> None:
    """Let an account have earned so many points of that year."""
    earn([spent(account_id, points * 100)], cycle=year * 100 + 1, now=at(year, 2, 6))


def worth(account_id: int, growth: int) -> Worth:
    """Somebody new whose growth value is that, all of it spent."""
    return Worth(account_id=account_id, spent_fen=growth * 100, month=0, paid_in_time=0)


def star_for_account(account: int, star: int, cycle: int = 202610) -> None:
    """Let an evaluation find that star."""
    month = Cycle(cycle).next.number
    growth = star_rules().stars[star].growth
    evaluate([worth(account, growth)], cycle=cycle, now=at(month // 100, month % 100, 5))


def left_by_year(account_id: int) -> dict[int, int]:
    """The points of each batch."""
    rows = PointsBatch.objects.filter(account_id=account_id)
    return dict(rows.values_list("year", "points"))


def assert_batches_are_the_sums_of_their_entries() -> None:
    held = dict(PointsBatch.objects.values_list("id", "points"))
    entries = PointsEntry.objects.values("batch_id").annotate(sum=Sum("points"))
    assert held == dict(entries.values_list("batch_id", "sum"))


def at_once(*writers: Callable[[], None]) -> None:
    """Run writers in threads of their own, each with its own connection."""

    def run(writer: Callable[[], None]) -> None:
        try:
            writer()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
