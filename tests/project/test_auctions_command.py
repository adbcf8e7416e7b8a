"""An employee puts a number up, sees how it stands with masked bidders, and withdraws it."""

import pytest
from click.testing import CliRunner

from tests.workflows.auctions import FIRST, HAS_FEN, NUMBER, START, has, open_bidders
from wanhao.loyalty.auction_reading import live_lot
from wanhao.project import clock
from wanhao.project.command.auctions import auctions
from wanhao.project.demo.auctions import LOTS, put_demo_lots_up
from wanhao.values.errors import WanhaoError
from wanhao.workflows.bid_for_lot import bid_for_lot

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    return CliRunner().invoke(auctions, words, catch_exceptions=False).output


def test_a_lot_from_its_beginning_to_its_withdrawal() -> None:
    (wang,) = open_bidders(1)
    assert run("list") == "¥0.00 for the school aid fund so far.\n"
    put_up = run("put-up", str(NUMBER), "--level", "L2", "--days", "3")
    assert f"{NUMBER}  L2  running  from ¥300.00  0 bids  ends " in put_up
    lot = put_up.split()[0]
    bid_for_lot(wang, NUMBER, START, "R1", clock.now())
    shown = run("show", lot)
    assert "running  ¥300.00  1 bids" in shown
    assert "deposit ¥30.00, step ¥15.00" in shown
    assert "contract: ¥49.00 a month at least, ¥200.00 in advance, 24 months" in shown
    assert "¥300.00  169****0001" in shown
    assert str(FIRST) not in shown
    assert has(wang) == HAS_FEN - 3_000
    withdrawn = run("withdraw", lot, "--reason", "the wrong number")
    assert withdrawn == f"Lot {lot} is withdrawn; 1 deposits went back.\n"
    assert has(wang) == HAS_FEN
    assert "withdrawn" in run("list")


def test_what_is_not_right_is_said() -> None:
    for words, told in (
        (("put-up", "123", "--level", "L2"), "not a mobile number"),
        (("put-up", str(NUMBER), "--level", "L99"), "no level"),
        (("show", "0"), "no lot 0"),
        (("withdraw", "0", "--reason", "x"), "cannot be withdrawn"),
    ):
        with pytest.raises(WanhaoError, match=told):
            run(*words)


def test_the_demo_has_two_lots_however_often_it_is_built() -> None:
    for _ in range(2):
        put_demo_lots_up(clock.now())
    lots = [live_lot(number) for number, _, _ in LOTS]
    assert [lot.level for lot in lots if lot] == ["L2", "L5"]
    assert run("list").count("running") == 2
