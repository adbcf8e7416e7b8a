"""A clerk who is signed in at an open hall."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages.counter.shop import open_hall
from wanhao.access.models import Login


@pytest.fixture
def clerk(db: None, client: Client, settings: Settings) -> Client:
    settings.DEMO = False
    open_hall()
    client.force_login(Login.objects.get(name="li.na"))
    return client
