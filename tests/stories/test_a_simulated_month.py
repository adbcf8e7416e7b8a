"""A month of three hundred lines, lived through in minutes: everybody is told exactly once.

`python -m bench --month` does the same for a hundred thousand lines.
"""

from pathlib import Path

import pytest

from tests.stories.killed_processes import NAMES
from tests.stories.simulated_month import ENDS, KILLS, SimulatedMonth, differences
from wanhao.channels.sms.peer import SmscPeer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LINES, SEED, PATIENCE = 300, 20261122, 120.0


def test_in_a_month_every_reminder_comes_once_and_no_other(tmp_path: Path, smsc: SmscPeer) -> None:
    data = tmp_path / "data"
    month = SimulatedMonth(data, smsc, LINES, seed=SEED, hours=12, patience=PATIENCE)
    lived = month.live()
    wanted = month.expected()
    assert lived.decisions == wanted, differences(lived, wanted, month.world)
    assert {rule for _, rule, _ in wanted} >= {"data-50", "balance-5", "low-use", "before-stop"}
    assert set(lived.states) <= ENDS
    assert all(lived.killed[name] == KILLS for name in NAMES)
    assert lived.handsets >= lived.states["delivered"] > LINES
