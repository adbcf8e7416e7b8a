"""Every door that is there, opened once; a world of its own for each item."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.billing.bills.tax_peer import issuing
from tests.menu.walking.assistant import at_assistant
from tests.menu.walking.command import AtCommand
from tests.menu.walking.counter import AtCounter
from tests.menu.walking.examples import examples
from tests.menu.walking.hall import at_hall
from tests.menu.walking.pages import serving_pages
from tests.menu.walking.sms import by_sms
from tests.menu.walking.terminal import AtTerminal
from tests.menu.walking.walkers import Walker
from tests.menu.walking.world import open_world
from wanhao.billing.bills.einvoice_http import HttpEInvoices
from wanhao.billing.bills.ports import provide_issuer
from wanhao.menu.contracts import Door


@pytest.fixture(scope="session")
def walkers(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[Door, Walker]]:
    """Who walks up to each door."""
    handsets = tmp_path_factory.mktemp("handsets")
    with (
        at_assistant() as assistant,
        by_sms(handsets) as sms,
        at_hall() as (pages, app),
        serving_pages() as url,
    ):
        there = (AtCommand(), assistant, sms, pages, app, AtCounter(url), AtTerminal(url))
        yield {one.door: one for one in there}


@pytest.fixture
def _issuer() -> Iterator[None]:
    """Who issues e-invoices."""
    with issuing() as peer:
        provide_issuer(HttpEInvoices(peer.url, "91360000MA0000000X", pause_ms=0))
        yield
    provide_issuer(None)


@pytest.fixture
def world(code: str, transactional_db: None, tmp_path: Path, _issuer: None) -> Iterator[None]:
    """Customers who have what they ask about."""
    with open_world(tmp_path / "usage", examples()[code]):
        yield
