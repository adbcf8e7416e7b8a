"""Sessions in Django's table, read by a question whose plan is kept: each page asks it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from wanhao.prepared.questions import ask

READ = """
SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s
"""


class SessionStore(db.SessionStore):
    """Django's own but for the reading."""

    def load(self) -> dict[str, Any]:
        """What is kept; nothing, and no key any more, where the session ended."""
        found = ask(READ, self.session_key, timezone.now())
        if found:
            kept: dict[str, Any] = self.decode(found[0][0])
            return kept
        self._session_key = None
        return {}
