"""Who a session belongs to, read by a question whose plan is kept: each page asks it."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db import connection

from wanhao.access.models import Login
from wanhao.prepared.questions import ask

FIELDS = [field.attname for field in Login._meta.concrete_fields]
READ = f"SELECT {', '.join(FIELDS)} FROM {Login._meta.db_table} WHERE id = %s"  # noqa: S608


class LoginBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's own but for the reading."""

    def get_user(self, user_id: int) -> Login | None:
        """The login of an id, None where it may not sign in any more."""
        for row in ask(READ, user_id):
            login = Login.from_db(connection.alias, FIELDS, row)
            return login if self.user_can_authenticate(login) else None
        return None
