"""The catalogue is loaded wherever a workflow runs."""

import pytest

from tests.billing.foreign.peers import billed_elsewhere, client, peer
from wanhao.products.actions import load_catalogue

__all__ = ["billed_elsewhere", "client", "peer"]


@pytest.fixture
def catalogue(db: None) -> None:
    load_catalogue()
