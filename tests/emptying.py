"""How tests empty the database between them: rows go, tables stay.

Django truncates each table, which makes new files for all of them, and then fills in content types
and permissions anew: half a second for each of a thousand tests, most of it for tables that were
empty.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.management.commands import flush

KEPT = {"django_content_type", "auth_permission"}
"""What stands in them after the migrations, and is the same for all tests."""
EMPTY = """
DO $$ DECLARE one text; BEGIN
    FOREACH one IN ARRAY ARRAY[{names}] LOOP EXECUTE format('DELETE FROM %I', one); END LOOP;
END $$
"""


@contextmanager
def emptied_by_rows() -> Iterator[None]:
    """While this lasts, Django's flush deletes rows.

    It waits for whoever writes, as truncating would, but not for readers; triggers and foreign keys
    are off meanwhile.
    """
    with (
        patch.object(flush, "sql_flush", _statements),
        patch.object(flush, "emit_post_migrate_signal"),
    ):
        yield


def _statements(style: Any, connection: Any, *given: Any, **more: Any) -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    names = sorted(set(tables) - KEPT)
    quoted = ", ".join(connection.ops.quote_name(name) for name in names)
    return [
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {quoted} IN EXCLUSIVE MODE",
        EMPTY.format(names=", ".join(f"'{name}'" for name in names)),
        "SET LOCAL session_replication_role = DEFAULT",
    ]
