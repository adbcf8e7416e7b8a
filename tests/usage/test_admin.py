"""The admin of the usage room: what came in can be looked up, and no number is shown whole."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from tests.usage.months import AT_NIGHT, CLOSING
from tests.usage.operators import ZHAO, drop, meter, row, settle, two_customers
from wanhao.usage.masking import masked
from wanhao.usage.models import (
    Batch,
    ClosedCycle,
    LateUsage,
    QuarantinedRecord,
    ToldTariff,
    UsageFile,
)


@pytest.fixture
def counted(transactional_db, tmp_path):
    """A meter that counted one file with one good, one unknown and one unreadable record."""
    two_customers()
    made = meter(tmp_path)
    text = f"x,msc-1,86{ZHAO},voice,domestic,soon,1,1\n"
    drop(tmp_path, "good.csv", [row(1), row(2, service="fax")])
    drop(tmp_path, "torn.csv", (",".join(row(3)) + "\n" + text).encode())
    settle(made)
    made.clock = lambda: CLOSING
    settle(made)
    drop(tmp_path, "late.csv", [row(4, start=AT_NIGHT)])
    settle(made)


@pytest.fixture
def employee(client, counted):
    """Somebody who may look into the admin."""
    client.force_login(get_user_model().objects.create_superuser("root", "secret"))
    return client


@pytest.mark.parametrize(
    "model", [Batch, UsageFile, QuarantinedRecord, ClosedCycle, LateUsage, ToldTariff]
)
def test_every_list_and_every_row_can_be_seen_and_not_changed(employee, model):
    name = f"admin:wanhao_usage_{model._meta.model_name}"
    one = model.objects.order_by("-pk").first()
    listed = employee.get(reverse(f"{name}_changelist"))
    shown = employee.get(reverse(f"{name}_change", args=[one.pk]))
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert 'name="_save"' not in shown.text
    assert employee.get(reverse(f"{name}_add")).status_code == 403
    assert employee.post(reverse(f"{name}_delete", args=[one.pk])).status_code == 403


def test_the_quarantine_shows_rows_with_their_numbers_masked(employee):
    name = "admin:wanhao_usage_quarantinedrecord"
    places = [reverse(f"{name}_change", args=[held.pk]) for held in QuarantinedRecord.objects.all()]
    pages = [employee.get(place).text for place in (reverse(f"{name}_changelist"), *places)]
    assert len(pages) == 3
    assert all(str(ZHAO) not in page for page in pages)
    assert f"{str(ZHAO)[:3]}****{str(ZHAO)[-4:]}" in pages[0]


def test_late_records_show_their_numbers_masked(employee):
    name = "admin:wanhao_usage_lateusage"
    places = [
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[LateUsage.objects.get().pk]),
    ]
    pages = [employee.get(place).text for place in places]
    assert all("169****0001" in page and str(ZHAO) not in page for page in pages)


def test_a_number_is_masked_with_or_without_its_country_code():
    assert masked("1,a,16907910001,voice") == "1,a,169****0001,voice"
    assert masked("+8616907910001;0086 16907910001") == "+86169****0001;0086 169****0001"
    assert masked("008616907910001") == "0086169****0001"
    assert masked("1795333686,600") == "1795333686,600"
