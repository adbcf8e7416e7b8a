"""What a foreign billing told can be looked up, and no number is shown whole."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from wanhao.billing.foreign_models import ForeignTerms

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def looking(db: None) -> Client:
    web = Client()
    web.force_login(get_user_model().objects.create_superuser("duty", "secret"))
    return web


@pytest.mark.parametrize("name", ["feed", "funds", "terms", "payment"])
def test_every_list_can_be_opened(looking: Client, name: str) -> None:
    page = looking.get(reverse(f"admin:wanhao_billing_foreign{name}_changelist"))
    assert page.status_code == 200


def test_terms_are_shown_without_the_number(looking: Client) -> None:
    told = ForeignTerms.objects.create(
        number=16907910001,
        cycle=202611,
        version=1,
        plan="GOLD",
        voice_unit=60,
        voice=1,
        message=1,
        data=1,
        told_at=NOW,
        looked_at=NOW,
    )
    listed = looking.get(reverse("admin:wanhao_billing_foreignterms_changelist"))
    shown = looking.get(reverse("admin:wanhao_billing_foreignterms_change", args=[told.pk]))
    assert "169****0001" in listed.content.decode()
    for page in (listed, shown):
        assert page.status_code == 200
        assert "16907910001" not in page.content.decode()
