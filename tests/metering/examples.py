"""Random little operators, their records, and how to run the kernel over them."""

import numpy as np
from hypothesis import strategies as st

from tests.metering.oracle import Record, Terms
from wanhao.metering.facts import (
    CycleStep,
    Funds,
    GroupTerms,
    LineLinks,
    apply_facts,
    enrol,
    fold_facts,
)
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.meters import Refusal
from wanhao.metering.state import MeterState, Watched

NOVEMBER = 1_793_462_400  # 2026-11-01 00:00 in Asia/Shanghai
CYCLE = 202611
PERCENTS = (80, 100)
FEN = (1500, 500)
FIRST_NUMBER = 16_907_910_001
SERVICE = {"voice": 0, "message": 1, "data": 2}
ZONE = {"domestic": 0, "free": 1, "roaming": 2}
NAMES = ("voice", "message", "data")


def step(state, facts, number, now=NOVEMBER):
    """Fold one position of facts and apply it; returns what it fired."""
    enrol(state, facts)
    delta, effects = fold_facts(state, facts, number, now)
    apply_facts(state, delta)
    return fired(effects)


def terms_of(group, account, terms):
    """One group's terms as columns."""
    return GroupTerms(
        group=np.array([group]),
        account=np.array([account]),
        voice_unit=np.array([terms.unit]),
        allowance=np.array([[terms.allowance[name] for name in NAMES]]),
        price=np.array([[terms.price[name] for name in NAMES]]),
    )


def link_of(number, group, since):
    """One link as columns."""
    return LineLinks(number=np.array([number]), group=np.array([group]), since=np.array([since]))


def funds_of(account, fen):
    """One account's funds as columns."""
    watched = int(fen is not None)
    return Funds(
        account=np.array([account]), spendable=np.array([fen or 0]), watched=np.array([watched])
    )


def opened(shards=3):
    """A state in which November is open and the thresholds are watched."""
    state = MeterState.empty(shards)
    step(state, CycleStep(cycle=CYCLE - 1, opens=True), 1)
    step(state, CycleStep(cycle=CYCLE, opens=True), 2)
    step(state, Watched(usage=(PERCENTS,) * 3, money=FEN), 3)
    return state


def columns(records):
    """Records as the kernel takes them."""
    return Records(
        number=np.array([r.number for r in records], np.int64),
        service=np.array([SERVICE.get(r.service, 3) for r in records], np.uint8),
        zone=np.array([ZONE.get(r.zone, 3) for r in records], np.uint8),
        start=np.array([r.start for r in records], np.int64),
        quantity=np.array([r.quantity for r in records], np.int64),
        sign=np.array([r.sign for r in records], np.int8),
    )


def count(state, records):
    """Fold and apply one batch (records of different identity); returns what it fired."""
    if not records:
        return []
    batch = columns(records)
    resolved = resolve(state, batch, NOVEMBER + 100 * 86_400)
    good = resolved.refusal == Refusal.NONE
    names = type(resolved).__dataclass_fields__
    kept = type(resolved)(**{name: getattr(resolved, name)[good] for name in names})
    delta, effects = fold(state, batch.take(good), kept)
    apply(state, delta)
    return fired(effects)


def fired(effects):
    """Crossings as the oracle names them."""
    usage, money = effects.usage, effects.money
    found = [
        ("usage", int(g), NAMES[s], int(c), int(t), int(e))
        for g, s, c, t, e in zip(
            usage.group_id,
            usage.service,
            usage.cycle,
            usage.threshold,
            usage.episode,
            strict=True,
        )
    ]
    return found + [
        ("money", int(a), int(t), int(e))
        for a, t, e in zip(money.account_id, money.threshold, money.episode, strict=True)
    ]


DAY = 86_400
TERMS = st.builds(
    Terms,
    unit=st.sampled_from([60, 6]),
    allowance=st.fixed_dictionaries(
        {
            "voice": st.sampled_from([0, 1, 10, 25, 100]),
            "message": st.sampled_from([0, 5, 30]),
            "data": st.sampled_from([0, 1, 5_000, 1_000_000, 3_000_000]),
        }
    ),
    price=st.fixed_dictionaries(
        {
            "voice": st.sampled_from([0, 14, 15, 200]),
            "message": st.sampled_from([9, 10, 100]),
            "data": st.sampled_from([0, 1, 30, 900]),
        }
    ),
)
STARTS = st.one_of(
    st.integers(NOVEMBER - 3 * DAY, NOVEMBER - 1),
    st.integers(NOVEMBER, NOVEMBER + 3),
    st.integers(NOVEMBER, NOVEMBER + 29 * DAY),
    st.integers(NOVEMBER + 30 * DAY - 2, NOVEMBER + 30 * DAY + 2),
    st.integers(NOVEMBER + 30 * DAY, NOVEMBER + 70 * DAY),
)


def records(signs=(1,)):
    """A strategy for one record, most of them of known lines, over the turn of two months."""
    return st.builds(
        Record,
        source=st.sampled_from(["msc-1", "pgw-1"]),
        id=st.just("0"),
        number=st.integers(FIRST_NUMBER, FIRST_NUMBER + 4),
        service=st.sampled_from(["voice", "message", "data"] * 3 + ["fax"]),
        zone=st.sampled_from(["domestic"] * 9 + ["free", "roaming", "moon"]),
        start=STARTS,
        quantity=st.sampled_from([0, 1, 2, 5, 59, 60, 61, 600, 5_000, 1_000_000]),
        sign=st.sampled_from(signs),
    )
