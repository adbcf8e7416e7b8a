"""Balance, use and bill beside a meter that really counts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.menu.items.customers import asker, said
from tests.pages.operator import TALKER, SmallOperator
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(db: None, tmp_path: Path) -> Iterator[SmallOperator]:
    small = SmallOperator(tmp_path / "usage")
    small.open()
    ports.provide_reader(LocalReader(small.folders.root))
    yield small
    small.close()


def test_what_was_counted_is_what_is_told(operator: SmallOperator) -> None:
    now, who = datetime.now(UTC), asker(TALKER)
    before = said("balance", who, now=now).data["charge_fen"]
    operator.calls([30, 20])
    reply = said("usage", who, now=now, service="voice")
    (voice,) = reply.data["home"]
    assert voice["used"] == 50
    assert voice["left"] == voice["allowance"] - 50
    assert said("balance", who, now=now).data["charge_fen"] == before
    operator.calls([voice["left"] + 10])
    assert "语音已超出10分钟" in said("usage", who, now=now).short
    assert said("balance", who, now=now).data["charge_fen"] == before + 150
    assert said("bill", who, now=now).data["so_far_fen"] == before + 150
