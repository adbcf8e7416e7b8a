"""An upgrade by message, money that runs out, a stop the next morning, and service again."""

from pathlib import Path

import pytest

from tests.channels.sms.fakes import until
from tests.stories.self_service import Operator, operator
from wanhao.billing.statements import check_ledger, trial_balance
from wanhao.channels.sms.peer import SmscPeer
from wanhao.network.contracts import Barring
from wanhao.products.actions import load_catalogue
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.django_db(transaction=True)
LI, WANG = 16_907_910_001, 16_907_910_002


def test_she_upgrades_is_stopped_pays_and_is_back(tmp_path: Path, smsc: SmscPeer) -> None:
    load_catalogue()
    with operator(tmp_path, smsc, "2026-12-01 00:00") as ours:
        ours.opens(LI, "lexiang-4g-59", 10_000)
        wang = ours.opens(WANG, "lexiang-3g-49", 8_000)
        ours.at("2026-12-02 10:00")
        they_ask_for_the_upgrade(ours)
        her_money_runs_out_in_the_evening(ours)
        she_is_stopped_in_the_morning(ours)
        she_pays_and_is_back(ours, wang)
        she_cancels_a_pack(ours)
        assert trial_balance(ours.now).holds
        assert check_ledger().faults == ()


def they_ask_for_the_upgrade(ours: Operator) -> None:
    """A 4G plan is told why not; a 3G plan has it after a yes, and a pack after another."""
    assert "不能再开通自动升档包" in ours.writes(LI, "3952")
    assert "回复Y" in ours.writes(WANG, "3952")
    assert "已开通自动升档包" in ours.writes(WANG, "y")
    assert "回复Y" in ours.writes(WANG, "KT#sms-pack-5")
    assert "已开通短信包 5元" in ours.writes(WANG, "Ｙ")


def her_money_runs_out_in_the_evening(ours: Operator) -> None:
    """Data past the plan goes up a step; some more, and she owes something."""
    ours.at("2026-12-03 10:00")
    told = ours.hears(WANG, lambda: ours.uses_data(WANG, "240 MB"))
    assert any("¥10.00" in text for text in told), told
    ours.at("2026-12-03 19:30")
    warned = ours.hears(WANG, lambda: ours.uses_data(WANG, "210 MB"))
    assert any("停机" in text and "12月4日09:00" in text for text in warned), [
        warned,
        ours.writes(WANG, "101"),
        ours.writes(WANG, "102"),
    ]


def she_is_stopped_in_the_morning(ours: Operator) -> None:
    """Not at night, and not before the hour that she was told."""
    ours.at("2026-12-04 08:59")
    assert ours.barring(WANG) in (None, Barring.NONE)
    ours.at("2026-12-04 09:00")
    until(lambda: ours.barring(WANG) is Barring.OUTGOING)
    assert "欠费" in ours.writes(WANG, "101")


def she_pays_and_is_back(ours: Operator, account: int) -> None:
    """The network lets her again, and she is told."""
    ours.at("2026-12-04 09:05")
    take_payment(account, 5_000, "wechat-1", ours.now)
    until(lambda: ours.barring(WANG) is Barring.NONE)
    assert any("恢复" in text for text in ours.hears(WANG, ours.settle))


def she_cancels_a_pack(ours: Operator) -> None:
    """By the number it has in the list of what she holds."""
    held = ours.writes(WANG, "0000")
    row = next(line for line in held.splitlines() if "短信包 5元" in line)
    assert "回复Y" in ours.writes(WANG, row.strip()[0])
    assert "已退订短信包 5元" in ours.writes(WANG, "Y")
