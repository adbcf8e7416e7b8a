"""The facts log is complete and in order of commit, whatever overlaps."""

import json
import threading
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection, transaction

from tests.usage.operators import (
    CYCLE,
    PLAIN,
    STEPS,
    WATCHED,
    fees,
    funds,
    group,
    meter,
    pack,
    settle,
    tell,
)
from wanhao.usage import queries
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import (
    ContinueFact,
    CycleFact,
    LineFact,
    RentFact,
    ReviewFact,
    ScheduleMode,
    Service,
)
from wanhao.usage.facts_log import decode, encode
from wanhao.usage.feed import columns_of
from wanhao.usage.models import Fact
from wanhao.values.errors import WanhaoError


def stepped(**other):
    """A tariff with another schedule."""
    return replace(STEPS, number=7, schedule=replace(STEPS.schedule, **other))


TOLD = ((5, 1), (6, 2), (7, 1), (8, 1), (9, 3))
pytestmark = pytest.mark.django_db(transaction=True)


def test_facts_come_back_as_they_were_told():
    facts = [
        WATCHED,
        PLAIN,
        STEPS,
        group(1, packs=(pack(7), pack(8, Service.VOICE, rank=-1, rolls=True, renews=True))),
        group(2),
        group(3, packs=(pack(9),)),
        group(3, cycle=202612, plan=5, rolls=False),
        LineFact(number=16_907_910_001, group_id=1, since=5),
        funds(1, None),
        funds(2, -5, billed_through=202610),
        replace(funds(3, 700), credit_fen=900),
        fees(1, 150, rent=5900),
        fees(2, -20, cycle=202612),
        ContinueFact(group_id=1, cycle=CYCLE),
        CycleFact(cycle=202611, opens=True),
        CycleFact(cycle=202612, opens=True),
        RentFact(cycle=202612, part=0, parts=2),
        replace(WATCHED, credit=(80, 100)),
        ReviewFact(cycle=202612, percent=40, part=1, parts=2),
    ]
    positions = [(kind, json.loads(json.dumps(body))) for kind, body in encode(facts)]
    assert [fact for kind, body in positions for fact in decode(kind, body)] == facts
    kinds = Counter(kind for kind, _ in positions)
    assert (kinds["cycle"], kinds["tariff"], kinds["group"], kinds["fees"]) == (2, 2, 2, 2)


def test_facts_of_before_there_were_credit_limits_are_read():
    kinds = dict(encode([WATCHED, funds(1, 5)]))
    del kinds["thresholds"]["credit"], kinds["funds"]["credit_fen"]
    assert [fact for kind, body in kinds.items() for fact in decode(kind, body)] == [
        WATCHED,
        funds(1, 5),
    ]
    assert columns_of("funds", kinds["funds"]).credit.tolist() == [0]
    assert columns_of("thresholds", kinds["thresholds"]).credit == ()


def test_facts_of_two_cycles_never_share_a_position():
    facts = [group(n, cycle=CYCLE + n % 2) for n in (1, 3, 2, 4)]
    assert [body["cycle"] for _, body in encode(facts)] == [202612, 202611]


def test_two_months_of_many_groups_take_two_positions_and_keep_their_order():
    facts = [group(n, cycle=cycle) for n in range(1, 51) for cycle in (CYCLE, 202612)]
    assert [body["cycle"] for _, body in encode(facts)] == [CYCLE, 202612]
    later = [group(1, cycle=202612), group(1, plan=9), group(2), group(2, cycle=202612)]
    positions = [fact for kind, body in encode(later) for fact in decode(kind, body)]
    assert [fact for fact in positions if fact.group_id == 1] == later[:2]
    assert [fact for fact in positions if fact.group_id == 2] == later[2:]


def test_two_words_about_one_account_take_two_positions():
    facts = [funds(1, fen) for fen in (5, 9)]
    assert len(list(encode(facts))) == 2


def test_facts_need_a_transaction():
    with pytest.raises(WanhaoError, match="within a transaction"):
        record_facts([group(1)])


def test_a_pack_may_give_of_several_services(tmp_path):
    both = (pack(1, quantity=5 << 20), pack(1, Service.VOICE, quantity=60))
    tell(PLAIN, replace(group(1), packs=both))
    made = meter(tmp_path)
    settle(made)
    held = made.state.current().packs
    assert sorted(zip(held.service.tolist(), held.quantity.tolist(), strict=True)) == [
        (0, 60),
        (2, 5 << 20),
    ]


@pytest.mark.parametrize(
    "fact",
    [
        LineFact(number=8679112345, group_id=1, since=0),
        LineFact(number=20_000_000_000, group_id=1, since=0),
        LineFact(number=16_907_910_001, group_id=-1, since=0),
        replace(group(1), group_id=0),
        replace(group(1), account_id=2**40),
        replace(group(1), data_allowance=-1),
        replace(group(1), cycle=202613),
        replace(group(1), tariff=0),
        replace(group(1), packs=(pack(1), pack(1))),
        replace(group(1), packs=(pack(1, quantity=-1),)),
        replace(group(1), packs=(pack(1, quantity=10**15), pack(2, quantity=1))),
        replace(PLAIN, number=7, voice_unit=0),
        replace(PLAIN, number=7, prices={**PLAIN.prices, "roaming": (1, 1, 2**70)}),
        replace(PLAIN, number=7, prices={"domestic": (1, 1, 1)}),
        replace(PLAIN, number=7, prices={**PLAIN.prices, "roaming": (1, 1)}),
        stepped(tiers=((1000, 200), (2000, 200))),
        stepped(tiers=((1000, 0),)),
        stepped(tiers=tuple((fee, fee) for fee in range(1, 10))),
        stepped(mode=ScheduleMode.STACK),
        stepped(cap_fen=-1),
        ContinueFact(group_id=0, cycle=CYCLE),
        ContinueFact(group_id=1, cycle=0),
        funds(1, 5, billed_through=202600),
        fees(1, 2**50),
        fees(1, 5, rent=-1),
        RentFact(cycle=CYCLE, part=2, parts=2),
        funds(1, 2**63),
        replace(WATCHED, money=(2**64,)),
        replace(WATCHED, usage={Service.VOICE: (0,)}),
        replace(WATCHED, usage={Service.DATA: (3_100,)}),
        replace(WATCHED, credit=(101,)),
        replace(funds(1, 5), credit_fen=-1),
        ReviewFact(cycle=CYCLE, percent=0, part=0, parts=1),
        ReviewFact(cycle=CYCLE, percent=40, part=1, parts=1),
    ],
)
def test_a_fact_that_would_stop_the_meter_for_ever_is_refused(fact):
    with pytest.raises(WanhaoError, match="cannot count with"), transaction.atomic():
        record_facts([PLAIN, group(1), fact])
    assert not Fact.objects.exists()


def test_one_account_told_of_three_times_at_once_keeps_the_last_word():
    facts = [funds(account, fen) for fen, account in TOLD]
    positions = list(encode(facts))
    assert [body["account_id"] for _, body in positions] == [[1, 2], [1], [1, 3]]
    assert [fact for kind, body in positions for fact in decode(kind, body)] == facts


def test_many_facts_are_cut_into_positions_and_none_is_lost():
    facts = [funds(1 + n % 15_000, n) for n in range(32_000)]
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
                record_facts([funds(account, account)])
                after()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_slow_transaction_is_never_skipped():
    """A reader sees no number above one that is still to come: the second writer waits."""
    written, may_commit = threading.Event(), threading.Event()
    slow = in_thread(1, after=lambda: (written.set(), may_commit.wait(60)))
    written.wait(60)
    fast = in_thread(2, after=lambda: None)
    fast.join(0.3)
    assert fast.is_alive()
    assert list(Fact.objects.values_list("number", flat=True)) == []
    may_commit.set()
    slow.join()
    fast.join()
    assert [f.body["account_id"] for f in Fact.objects.order_by("number")] == [[1], [2]]


def test_a_tariff_is_told_once_and_never_changes():
    tell(PLAIN, PLAIN)
    tell(PLAIN, STEPS)
    assert Fact.objects.filter(kind="tariff").count() == 2
    assert queries.told_tariffs() == {1, 2}
    dearer = replace(PLAIN, prices={**PLAIN.prices, "domestic": (16, 10, 30)})
    with pytest.raises(WanhaoError, match="other prices"):
        tell(dearer)


def test_a_group_gets_no_tariff_that_was_never_told():
    with pytest.raises(WanhaoError, match="No tariff of number 2"):
        tell(PLAIN, group(1, tariff=2))
    assert not Fact.objects.exists()
    tell(PLAIN, STEPS, group(1, tariff=2))
