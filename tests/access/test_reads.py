"""Reading personal data leaves a record that stays."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from wanhao.access.actions import record_read
from wanhao.access.models import Login, PersonalDataRead
from wanhao.access.queries import reads_of

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_read_says_who_what_of_whom_and_when() -> None:
    record_read(Login.objects.create_user("clerk"), "account A1", "statement", NOW)
    record_read(AnonymousUser(), "account A1", "statement", NOW)
    record_read(None, "account A2", "statement", NOW)

    found = [(read.login_name, read.purpose, read.read_at) for read in reads_of("account A1")]
    assert found == [("", "statement", NOW), ("clerk", "statement", NOW)]


@pytest.mark.django_db
def test_a_record_of_a_read_cannot_be_changed() -> None:
    record_read(None, "account A1", "statement", NOW)
    with pytest.raises(IntegrityError, match="append-only"):
        PersonalDataRead.objects.update(purpose="nothing")
