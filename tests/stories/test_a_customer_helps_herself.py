"""An upgrade by message, money that runs out, a stop the next morning, and service again at once."""

from pathlib import Path

import pytest

from tests.channels.sms.fakes import until
from tests.stories.self_service import operator
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
        assert "不能再开通自动升档包" in ours.writes(LI, "3952")
        assert "回复Y" in ours.writes(WANG, "3952")
        assert "已开通自动升档包" in ours.writes(WANG, "y")
        assert "回复Y" in ours.writes(WANG, "KT#sms-pack-5")
        assert "已开通短信包 5元" in ours.writes(WANG, "Ｙ")

        ours.at("2026-12-03 10:00")
        ours.uses_data(WANG, "210 MB")
        assert any("¥10.00" in text for text in ours.handset(WANG)[4:])

        ours.at("2026-12-03 19:30")
        before = len(ours.handset(WANG))
        ours.uses_data(WANG, "210 MB")
        warned = ours.handset(WANG)[before:]
        assert any("停机" in text and "12月4日09:00" in text for text in warned), warned
        ours.at("2026-12-04 08:59")
        assert ours.barring(WANG) in (None, Barring.NONE)
        ours.at("2026-12-04 09:00")
        until(lambda: ours.barring(WANG) is Barring.OUTGOING)

        ours.at("2026-12-04 09:05")
        take_payment(wang, 5_000, "wechat-1", ours.now)
        until(lambda: ours.barring(WANG) is Barring.NONE)
        ours.settle()
        assert "恢复" in ours.handset(WANG)[-1]

        held = ours.writes(WANG, "0000")
        row = next(line for line in held.splitlines() if "短信包 5元" in line)
        assert "回复Y" in ours.writes(WANG, row.strip()[0])
        assert "已退订短信包 5元" in ours.writes(WANG, "Y")

        assert trial_balance(ours.now).holds
        assert check_ledger().faults == ()
