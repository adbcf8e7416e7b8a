"""`wanhao payments`: orders, refunds, statements and differences, against the local channels."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.channels.payments.paying import an_account_that_pays, begun, books_hold, has, now
from tests.channels.payments.peers import Peer
from tests.project.paying import channels_at, paid
from wanhao.billing.contracts import Channel
from wanhao.billing.models import OrderRefund
from wanhao.billing.orders.ports import ChannelAwayError, provide_channels
from wanhao.billing.orders.queries import differences
from wanhao.project.command.payments import payments
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

NUMBER = 16907910001


@pytest.fixture
def peer(tmp_path: Path, transactional_db: None, live_server: Any) -> Iterator[Peer]:
    with channels_at(tmp_path / "payments", live_server) as running:
        yield running


@pytest.fixture
def account(transactional_db: None) -> int:
    return an_account_that_pays(NUMBER)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(payments, arguments, catch_exceptions=False)


def today() -> str:
    return now().astimezone(SHANGHAI).date().isoformat()


def aside(account: int, peer: Peer, fen: int = 5100) -> str:
    """Somebody paid another amount: the number of the order."""
    number = begun(account, Channel.WECHAT).number
    peer.control(callbacks="never", pay=number, fen=fen)
    peer.control(notify=number)
    return number


def test_orders_are_listed_newest_first_with_the_channels(account: int, peer: Peer) -> None:
    first, second = paid(account, peer), begun(account, Channel.ALIPAY, 123_45).number
    head, *rows = run("list").output.splitlines()
    assert head == "channels: wechat, alipay"
    assert [second in rows[0], first in rows[1], len(rows)] == [True, True, 2]
    assert rows[0].endswith("¥123.45  waiting")
    assert rows[1].endswith("¥50.00  paid")
    assert str(NUMBER) not in "".join(rows)


def test_without_channels_the_list_says_so(transactional_db: None) -> None:
    provide_channels({})
    assert run("list").output == "channels: none\n"


def test_an_order_is_shown_with_every_call_and_every_refund(account: int, peer: Peer) -> None:
    number = paid(account, peer)
    peer.control(notify=number)
    run("refund", number, "--amount", "2000", "--reason", "充错")
    told = run("show", number).output
    assert "¥50.00  partly-refunded, ¥20.00 went back" in told
    assert "called: booked " in told
    assert "called: known " in told
    assert f"refund {number}R1: ¥20.00 done, 充错 (command " in told


def test_an_unknown_order_is_told(transactional_db: None) -> None:
    with pytest.raises(WanhaoError, match="no order 'P0'"):
        run("show", "P0")


def test_a_refund_under_a_reference_happens_once(account: int, peer: Peer) -> None:
    number = paid(account, peer)
    asked = ("refund", number, "--amount", "2000", "--reason", "充错", "--reference", "r1")
    assert [run(*asked).output for _ in range(2)] == [f"refund {number}R1: ¥20.00 done\n"] * 2
    assert has(account) == 3000
    assert len(peer.trade(number)["refunds"]) == 1
    with pytest.raises(WanhaoError, match="another payment or amount"):
        run("refund", number, "--amount", "1", "--reason", "充错", "--reference", "r1")


def test_more_than_was_paid_does_not_go_back(account: int, peer: Peer) -> None:
    number = paid(account, peer)
    with pytest.raises(WanhaoError, match="cannot be refunded"):
        run("refund", number, "--amount", "5001", "--reason", "充错")
    with pytest.raises(WanhaoError, match="needs a reason"):
        run("refund", number, "--amount", "1", "--reason", " ")
    assert run("refund", number, "--amount", "0", "--reason", "x").exit_code == 2
    assert (has(account), OrderRefund.objects.count()) == (5000, 0)


def test_a_refund_the_channel_refuses_is_told_and_the_money_is_back(
    account: int, peer: Peer
) -> None:
    number = paid(account, peer)
    peer.control(refuse_refunds=True)
    assert "¥20.00 failed" in run("refund", number, "--amount", "2000", "--reason", "充错").output
    assert has(account) == 5000
    assert books_hold()


def test_a_day_is_reconciled_and_again_settles_nothing_more(account: int, peer: Peer) -> None:
    paid(account, peer, 10_000)
    paid(account, peer, 5000, Channel.ALIPAY)
    told = [
        f"{today()} wechat: 1 rows, 1 agree, 0 differences open; settled ¥100.00, fees ¥0.60",
        f"{today()} alipay: 1 rows, 1 agree, 0 differences open; settled ¥50.00, fees ¥0.30",
    ]
    for _ in range(2):
        assert run("reconcile", today()).output.splitlines() == told
    assert run("differences").output == "nothing differs\n"
    assert books_hold()


def test_one_channel_alone_is_reconciled(account: int, peer: Peer) -> None:
    paid(account, peer)
    assert run("reconcile", today(), "--channel", "alipay").output == (
        f"{today()} alipay: 0 rows, 0 agree, 0 differences open; settled ¥0.00, fees ¥0.00\n"
    )


def test_a_channel_that_is_down_leaves_the_day_as_it_was(account: int, peer: Peer) -> None:
    paid(account, peer)
    peer.control(down=True)
    with pytest.raises(ChannelAwayError):
        run("reconcile", today(), "--channel", "wechat")
    peer.control(down=False)
    assert "1 agree" in run("reconcile", today(), "--channel", "wechat").output


def test_a_difference_is_booked_once_with_a_note(account: int, peer: Peer) -> None:
    number = aside(account, peer)
    (found,) = differences(9)
    (told,) = run("differences").output.splitlines()
    assert told.split() == [
        *(str(found.difference_id), "wechat", "other-amount", number),
        *("ours", "¥50.00,", "theirs", "¥51.00"),
    ]
    settle = ("settle", str(found.difference_id), "--note", "客户确认", "--book")
    assert "客户确认" in run(*settle).output
    with pytest.raises(WanhaoError, match="settled already"):
        run(*settle)
    assert has(account) == 5100
    assert run("differences").output == "nothing differs\n"
    assert "客户确认" in run("differences", "--all").output
    assert books_hold()


def test_a_difference_is_booked_to_the_account_that_is_named(account: int, peer: Peer) -> None:
    aside(account, peer)
    other = an_account_that_pays(NUMBER + 1)
    place = str(differences(1)[0].difference_id)
    with pytest.raises(WanhaoError, match="no account 'nobody'"):
        run("settle", place, "--note", "x", "--book", "--account", "nobody")
    run("settle", place, "--note", "付给家人", "--book", "--account", f"A{NUMBER + 1}")
    assert (has(account), has(other)) == (0, 5100)


def test_a_note_alone_books_nothing(account: int, peer: Peer) -> None:
    aside(account, peer)
    run("settle", str(differences(1)[0].difference_id), "--note", "渠道已退回")
    assert has(account) == 0
    assert run("differences").output == "nothing differs\n"
