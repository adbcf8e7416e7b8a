"""Questions whose plans the database keeps."""

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from wanhao.prepared.questions import ask
from wanhao.project.settings import PREPARED_FROM

TWICE = "SELECT n, n * 2 FROM generate_series(1, 3) AS n WHERE n >= %s ORDER BY n"
KEPT = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"

pytestmark = pytest.mark.django_db


def kept(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [question.replace("%s", "$1").replace("%", "%%")])
        return int(cursor.fetchone()[0])


def test_it_answers_as_any_other_question() -> None:
    assert ask(TWICE, 2) == [(2, 4), (3, 6)]
    assert ask(TWICE, 4) == []


def test_its_plan_is_kept_once_it_is_asked_often() -> None:
    assert kept(TWICE) == 0
    for _ in range(PREPARED_FROM + 2):
        assert ask(TWICE, 3) == [(3, 6)]
    assert kept(TWICE) == 1


def test_what_is_asked_is_never_taken_for_a_part_of_the_question() -> None:
    for _ in range(PREPARED_FROM + 2):
        assert ask("SELECT %s::text", "'; DROP TABLE x; --") == [("'; DROP TABLE x; --",)]


def test_it_sees_what_its_transaction_wrote_also_after_one_that_was_taken_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE written (n int) ON COMMIT DROP")
    for n in range(PREPARED_FROM + 2):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO written VALUES (%s)", [n])
            assert ask("SELECT count(*) FROM written WHERE n = %s", n) == [(1,)]
            transaction.set_rollback(True)
        assert ask("SELECT count(*) FROM written WHERE n = %s", n) == [(0,)]


def test_it_is_counted(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1) as told:
        ask(TWICE, 2)
    assert "n >= 2" in told[0]["sql"]
