"""The catalogue is loaded wherever a workflow runs."""

import pytest

from wanhao.products.actions import load_catalogue


@pytest.fixture
def catalogue(db: None) -> None:
    load_catalogue()
