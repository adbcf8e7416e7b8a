"""Every item is asked with the catalogue loaded, and the usual reader of the meter put back."""

from collections.abc import Iterator

import pytest

from wanhao.products.actions import load_catalogue
from wanhao.usage import ports


@pytest.fixture(autouse=True)
def _loaded(db: None) -> Iterator[None]:
    load_catalogue()
    usual = ports.usage_reader()
    yield
    ports.provide_reader(usual)
