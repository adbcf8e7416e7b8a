"""The admin shows every room's rows and changes none."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client, RequestFactory
from django.urls import reverse

from wanhao.access.read_only import ReadOnlyAdmin

ROOMS = {
    model: model_admin
    for model, model_admin in admin.site._registry.items()
    if model._meta.app_label.startswith("wanhao_")
}


def test_every_room_is_there_and_read_only() -> None:
    assert {model._meta.app_label for model in ROOMS} >= {
        "wanhao_access",
        "wanhao_staff",
        "wanhao_parties",
        "wanhao_products",
        "wanhao_billing",
        "wanhao_communications",
    }
    request = RequestFactory().get("/")
    for model, model_admin in ROOMS.items():
        assert not model_admin.has_add_permission(request), model
        assert not model_admin.has_change_permission(request), model
        assert not model_admin.has_delete_permission(request), model


@pytest.mark.django_db
@pytest.mark.parametrize(
    "model",
    [model for model, kind in ROOMS.items() if isinstance(kind, ReadOnlyAdmin)],
    ids=lambda model: model.__name__,
)
def test_each_list_opens_and_can_be_searched(client: Client, model: type) -> None:
    client.force_login(get_user_model().objects.create_superuser("root", "secret"))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
    assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse(name), {"q": "1"}).status_code == 200
