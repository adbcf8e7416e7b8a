"""What whoever delivered a file is told of it."""

from datetime import timedelta

import pytest

from tests.usage.operators import NOW, KeepingSink, drop, meter, row, settle, two_customers
from wanhao.usage import queries
from wanhao.usage.models import UsageFile

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_counted_file_says_how_many_rows_and_which_were_put_aside(tmp_path):
    two_customers()
    made = meter(tmp_path, KeepingSink())
    drop(tmp_path, "a.csv", [row(1), row(2, service="fax")])
    settle(made)
    (digest,) = UsageFile.objects.values_list("digest", flat=True)
    outcome = queries.file_outcomes([digest])[digest]
    assert (outcome.name, outcome.rows_done, outcome.trouble) == ("a.csv", 2, "")
    assert outcome.finished_at is not None
    assert queries.quarantined_since("a.csv", outcome.finished_at) == 1
    assert queries.refused_files() == 0


def test_a_refused_file_says_why_and_is_among_the_refused(tmp_path):
    two_customers()
    made = meter(tmp_path, KeepingSink())
    drop(tmp_path, "broken.parquet", b"no parquet")
    settle(made)
    (refused,) = queries.latest_refused(5, NOW)
    assert refused.name == "broken.parquet"
    assert refused.trouble
    assert queries.refused_files() == 1
    assert queries.refused_files(NOW + timedelta(days=1)) == 0


def test_a_file_nobody_saw_has_no_outcome():
    assert queries.file_outcomes(["0" * 64]) == {}
