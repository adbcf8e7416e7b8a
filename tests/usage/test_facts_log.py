"""The facts log is complete and in order of commit, whatever overlaps."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, transaction

from tests.usage.operators import WATCHED, group
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import CycleFact, FundsFact, LineFact, Service
from wanhao.usage.facts_log import decode, encode
from wanhao.usage.models import Fact
from wanhao.values.errors import WanhaoError

TOLD = ((5, 1), (6, 2), (7, 1), (8, 1), (9, 3))
pytestmark = pytest.mark.django_db(transaction=True)


def test_facts_come_back_as_they_were_told():
    facts = [
        WATCHED,
        group(1),
        group(2),
        LineFact(number=16_907_910_001, group_id=1, since=5),
        FundsFact(account_id=1, spendable_fen=None),
        CycleFact(cycle=202611, opens=True),
        CycleFact(cycle=202612, opens=True),
    ]
    positions = list(encode(facts))
    assert [fact for kind, body in positions for fact in decode(kind, body)] == facts
    assert [kind for kind, _ in positions].count("cycle") == 2


def test_two_words_about_one_account_take_two_positions():
    facts = [FundsFact(account_id=1, spendable_fen=fen) for fen in (5, 9)]
    assert len(list(encode(facts))) == 2


def test_facts_need_a_transaction():
    with pytest.raises(WanhaoError, match="within a transaction"):
        record_facts([group(1)])


@pytest.mark.parametrize(
    "fact",
    [
        LineFact(number=8679112345, group_id=1, since=0),
        LineFact(number=20_000_000_000, group_id=1, since=0),
        LineFact(number=16_907_910_001, group_id=-1, since=0),
        replace(group(1), group_id=0),
        replace(group(1), account_id=2**40),
        replace(group(1), voice_unit=0),
        replace(group(1), data_allowance=-1),
        replace(group(1), data_price=2**70),
        FundsFact(account_id=1, spendable_fen=2**63),
        replace(WATCHED, money=(2**64,)),
        replace(WATCHED, usage={Service.VOICE: (0,)}),
    ],
)
def test_a_fact_that_would_stop_the_meter_for_ever_is_refused(fact):
    with pytest.raises(WanhaoError, match="cannot count with"), transaction.atomic():
        record_facts([group(1), fact])
    assert not Fact.objects.exists()


def test_one_account_told_of_three_times_at_once_keeps_the_last_word():
    facts = [FundsFact(account_id=account, spendable_fen=fen) for fen, account in TOLD]
    positions = list(encode(facts))
    assert [body["account_id"] for _, body in positions] == [[1, 2], [1], [1, 3]]
    assert [fact for kind, body in positions for fact in decode(kind, body)] == facts


def test_many_facts_are_cut_into_positions_and_none_is_lost():
    facts = [FundsFact(account_id=1 + n % 15_000, spendable_fen=n) for n in range(32_000)]
    positions = list(encode(facts))
    assert [len(body["account_id"]) for _, body in positions] == [10_000, 10_000, 10_000, 2_000]
    assert [fact for kind, body in positions for fact in decode(kind, body)] == facts
    for _, body in positions:
        assert len(set(body["account_id"])) == len(body["account_id"])


def in_thread(account, after):
    """Write one fact in a transaction that ends when `after` is done."""

    def work():
        try:
            with transaction.atomic():
                record_facts([FundsFact(account_id=account, spendable_fen=account)])
                after()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_slow_transaction_is_never_skipped():
    """A reader sees no number above one that is still to come: the second writer waits."""
    written, may_commit = threading.Event(), threading.Event()
    slow = in_thread(1, after=lambda: (written.set(), may_commit.wait(10)))
    written.wait(10)
    fast = in_thread(2, after=lambda: None)
    fast.join(0.3)
    assert fast.is_alive()
    assert list(Fact.objects.values_list("number", flat=True)) == []
    may_commit.set()
    slow.join()
    fast.join()
    assert [f.body["account_id"] for f in Fact.objects.order_by("number")] == [[1], [2]]
