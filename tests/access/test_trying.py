"""Wrong tries of a day: counted one by one, also when they come at once, and then refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from wanhao.access.contracts import TryKind
from wanhao.access.trying import begin_try, note_wrong
from wanhao.values.errors import WanhaoError

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LINE = 7


@transaction.atomic
def wrong(kind: TryKind = TryKind.PASSWORD, now: datetime = NOW, line: int = LINE) -> int:
    begin_try(line, kind, now)
    return note_wrong(line, kind, now)


@pytest.mark.django_db
def test_three_wrong_ones_end_the_day_for_the_line_and_the_kind() -> None:
    assert [wrong() for _ in range(3)] == [2, 1, 0]
    with pytest.raises(WanhaoError, match="wrong 3 times today about its password"):
        wrong()
    assert wrong(TryKind.DOCUMENT) == 2
    assert wrong(line=LINE + 1) == 2
    assert wrong(now=NOW + timedelta(days=1)) == 2


@pytest.mark.django_db
def test_a_day_ends_at_midnight_in_shanghai() -> None:
    late = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    assert [wrong(now=late) for _ in range(3)] == [2, 1, 0]
    assert wrong(now=late + timedelta(minutes=1)) == 2


@pytest.mark.django_db(transaction=True)
def test_those_that_come_at_once_are_all_counted() -> None:
    def guess(_: int) -> bool:
        try:
            wrong()
        except WanhaoError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(guess, range(8))) == 3
