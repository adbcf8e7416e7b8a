"""Random little operators, their records, and how to run the kernel over them."""

import numpy as np
from hypothesis import strategies as st

from tests.metering.oracle import Pack, Record, Terms
from tests.metering.oracle_tariffs import Schedule, Tariff
from wanhao.metering.changing import GroupTerms, PackRows
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import LineLinks, apply_facts, enrol, fold_facts
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.funding import Fees, Funds
from wanhao.metering.meters import Refusal
from wanhao.metering.state import MeterState, Watched
from wanhao.metering.tariffs import KILO, Mode, TariffTerms

NOVEMBER = 1_793_462_400  # 2026-11-01 00:00 in Asia/Shanghai
CYCLE = 202611
PERCENTS = (80, 100, 200, 300, 500, 1_000)
FEN = (1500, 500)
CREDIT = (80, 100)
FIRST_NUMBER = 16_907_910_001
SERVICE = {"voice": 0, "message": 1, "data": 2}
ZONE = {"domestic": 0, "free": 1, "hk-macau-taiwan": 2, "roaming": 3}
ZONES = ("domestic", "hk-macau-taiwan", "roaming")
NAMES = ("voice", "message", "data")


def step(state, facts, number, now=NOVEMBER):
    """Fold one position of facts and apply it; returns what it fired."""
    enrol(state, facts)
    delta, effects = fold_facts(state, facts, number, now)
    apply_facts(state, delta)
    return fired(effects)


def told(tariff):
    """A tariff as it is told."""
    schedule, mode = tariff.schedule, Mode.PLAIN
    prices = np.array([[tariff.price[zone][name] for name in NAMES] for zone in ZONES])
    if schedule is None:
        return TariffTerms(number=tariff.number, voice_unit=tariff.unit, prices=prices)
    mode = Mode[schedule.mode.upper()]
    tiers = np.array([(fee, mb * KILO) for fee, mb in schedule.tiers], np.int64)
    return TariffTerms(
        number=tariff.number,
        voice_unit=tariff.unit,
        prices=prices,
        mode=mode,
        price=schedule.price,
        tiers=tiers,
        cap=schedule.cap,
        stop_kb=schedule.stop_mb * KILO,
        announces=schedule.announces,
    )


def terms_of(group, account, terms, cycle=202611):
    """One group's terms as columns."""
    return GroupTerms(
        group=np.array([group]),
        account=np.array([account]),
        cycle=cycle,
        plan=np.array([terms.plan]),
        tariff=np.array([terms.tariff.number]),
        allowance=np.array([[terms.allowance[name] for name in NAMES]]),
        rolls=np.array([int(terms.rolls)]),
        packs=packs_of(terms.packs),
    )


def packs_of(packs):
    """Packs of one group as columns."""
    return PackRows(
        row=np.zeros(len(packs), np.int64),
        pack=_column(pack.id for pack in packs),
        service=_column(NAMES.index(pack.service) for pack in packs),
        quantity=_column(pack.quantity for pack in packs),
        rank=_column(pack.rank for pack in packs),
        rolls=_column(int(pack.rolls) for pack in packs),
        renews=_column(int(pack.renews) for pack in packs),
    )


def _column(values):
    return np.array(list(values), np.int64)


def link_of(number, group, since):
    """One link as columns."""
    return LineLinks(number=np.array([number]), group=np.array([group]), since=np.array([since]))


def funds_of(account, fen, billed=0, credit=0):
    """One account's funds as columns."""
    watched = int(fen is not None)
    return Funds(
        account=np.array([account]),
        spendable=np.array([fen or 0]),
        watched=np.array([watched]),
        billed=np.array([billed]),
        credit=np.array([credit]),
    )


def fees_of(account, cycle, fee, rent=0, rent_from=0):
    """One account's fees as columns."""
    return Fees(
        account=np.array([account]),
        cycle=cycle,
        fee=np.array([fee]),
        rent=np.array([rent]),
        rent_from=np.array([rent_from]),
    )


def opened(shards=3):
    """A state in which November is open, the tariffs are known and the thresholds watched."""
    state = MeterState.empty(shards)
    step(state, CycleStep(cycle=CYCLE - 1, opens=True), 1)
    step(state, CycleStep(cycle=CYCLE, opens=True), 2)
    for tariff in TARIFFS:
        step(state, told(tariff), 3)
    step(state, Watched(usage=(PERCENTS,) * 3, money=FEN, credit=CREDIT), 3)
    return state


def columns(records):
    """Records as the kernel takes them."""
    return Records(
        number=np.array([r.number for r in records], np.int64),
        service=np.array([SERVICE.get(r.service, 3) for r in records], np.uint8),
        zone=np.array([ZONE.get(r.zone, 4) for r in records], np.uint8),
        start=np.array([r.start for r in records], np.int64),
        quantity=np.array([r.quantity for r in records], np.int64),
        sign=np.array([r.sign for r in records], np.int8),
        priced=np.array([r.fen for r in records], np.int64),
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
    usage, money, upgrades, low = effects.usage, effects.money, effects.upgrades, effects.low
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
    found += [
        ("credit" if limit else "money", int(a), int(t), int(e))
        for a, limit, t, e in zip(
            money.account_id, money.credit, money.threshold, money.episode, strict=True
        )
    ]
    found += [
        ("low", int(g), int(c), int(p), NAMES[s], int(used), int(allowance))
        for g, c, p, s, used, allowance in zip(
            low.group_id, low.cycle, low.percent, low.service, low.used, low.allowance, strict=True
        )
    ]
    steps = (upgrades.group_id, upgrades.cycle, upgrades.kind, upgrades.tier, upgrades.episode)
    return found + [("step", *map(int, row)) for row in zip(*steps, strict=True)]


DAY = 86_400
HOME = {"voice": 15, "message": 10, "data": 30}
ABROAD = {"voice": 99, "message": 39, "data": 2_000}
PRICES = {"domestic": HOME, "hk-macau-taiwan": ABROAD, "roaming": {**ABROAD, "voice": 199}}
LEXIANG = Schedule("stack", 30, ((3_000, 500),), cap=60_000, stop_mb=15 * 1024)
CARD = Schedule("step", 10, ((7_000, 2_048), (12_000, 4_096), (22_000, 9_216)), announces=True)
LADDER = ((1_000, 100), (2_000, 200), (3_000, 300), (5_000, 500), (7_000, 1_024), (10_000, 2_048))
STEPS = Schedule("step", 30, LADDER, cap=60_000, announces=True)
JUMPS = Schedule("jump", 30, LADDER, cap=15_000, stop_mb=3_000, announces=True)
PILES = Schedule("stack", 29, ((1_000, 100),), cap=50_000, stop_mb=1_000, announces=True)
DATA_HEAVY = {**PRICES, "domestic": {"voice": 200, "message": 100, "data": 900}}
TARIFFS = (
    Tariff(1, 60, PRICES),
    Tariff(2, 6, {**PRICES, "domestic": {"voice": 14, "message": 9, "data": 1}}),
    Tariff(3, 60, DATA_HEAVY),
    Tariff(4, 60, PRICES, LEXIANG),
    Tariff(5, 60, PRICES, STEPS),
    Tariff(6, 60, PRICES, JUMPS),
    Tariff(7, 6, PRICES, PILES),
    Tariff(8, 60, PRICES, CARD),
    Tariff(9, 60, dict.fromkeys(PRICES, dict.fromkeys(HOME, 0))),
)
PLAIN = TARIFFS[0]
DATA_SIZES = [1, 5_000, 1_000_000, 30 << 20, 100 << 20, 450 << 20]
PACKS = st.builds(
    Pack,
    id=st.integers(1, 4),
    service=st.sampled_from(NAMES),
    quantity=st.sampled_from([1, 3, 10, 40, 5_000, 1_000_000, 50 << 20]),
    rank=st.sampled_from([5, 10]),
    rolls=st.booleans(),
    renews=st.booleans(),
)
TERMS = st.builds(
    Terms,
    tariff=st.sampled_from(TARIFFS),
    allowance=st.fixed_dictionaries(
        {
            "voice": st.sampled_from([0, 1, 10, 25, 100]),
            "message": st.sampled_from([0, 5, 30]),
            "data": st.sampled_from([0, 1, 5_000, 1_000_000, 3_000_000, 100 << 20]),
        }
    ),
    plan=st.integers(1, 2),
    rolls=st.booleans(),
    packs=st.lists(PACKS, max_size=3, unique_by=lambda pack: (pack.service, pack.id)),
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
        service=st.sampled_from(["voice", "message", "data", "data"] * 3 + ["fax"]),
        zone=st.sampled_from(["domestic"] * 12 + ["free", "roaming", "hk-macau-taiwan", "moon"]),
        start=STARTS,
        quantity=st.sampled_from([0, 1, 2, 5, 59, 60, 61, 600, *DATA_SIZES]),
        sign=st.sampled_from(signs),
        fen=st.sampled_from([0] * 9 + [7, 300]),
    )
