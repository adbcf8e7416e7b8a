"""The tests' own table is emptied like Django's are."""

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def _nothing_kept(request):
    """Drop the keeping sink's table after a test that used the database."""
    yield
    if request.node.get_closest_marker("django_db"):
        with request.getfixturevalue("django_db_blocker").unblock(), connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS kept")
            cursor.execute("SELECT pg_advisory_unlock_all()")
