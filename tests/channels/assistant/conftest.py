"""One door for the whole run, over the database of the tests."""

from collections.abc import Iterator

import pytest

from tests.channels.assistant.door import Door, opened_door

PER_HOUR = "20"


@pytest.fixture(scope="session")
def door(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A running `wanhao assistant`; a token may ask it twenty times an hour."""
    folder = tmp_path_factory.mktemp("assistant")
    with opened_door(folder, WANHAO_ASSISTANT_PER_HOUR=PER_HOUR) as found:
        yield found
