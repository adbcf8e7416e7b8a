"""The operator of the benchmark: a million lines with a month behind them, and their records."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from wanhao.metering.changing import GroupTerms
from wanhao.metering.cycles import CycleStep
from wanhao.metering.facts import FactColumns, LineLinks, apply_facts, enrol, fold_facts
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.funding import Funds
from wanhao.metering.meters import ZONES
from wanhao.metering.state import MeterState, Watched
from wanhao.metering.tariffs import KILO, Mode, TariffTerms
from wanhao.values.cycle import Cycle

FIRST = 16_900_000_000
MB = 1 << 20
OF_DATA = (50, 80, 100, *range(200, 3_001, 100))
CYCLE = 202611
MID_MONTH = 1_794_700_800  # 2026-11-15 08:00 in Asia/Shanghai
PLANS = np.array([[100, 30, 500 * MB], [300, 30, 1024 * MB], [700, 60, 2048 * MB]])
PRICES = np.array([15, 10, 30])
SERVICES = np.array(["voice", "message", "data"])


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Lines 1..count: plan of each, use so far by service in kernel units, prepaid or not."""

    count: int
    allowance: np.ndarray
    used: np.ndarray
    prepaid: np.ndarray
    priced: bool = True

    @property
    def ids(self) -> np.ndarray:
        """Group and account ids (a line each)."""
        return np.arange(1, self.count + 1)

    @property
    def number(self) -> np.ndarray:
        """The number of each line."""
        return FIRST + self.ids


def make_world(count: int, rng: np.random.Generator) -> World:
    """A month half gone: most have used up to 60 %, a fifth anything up to 120 % of an allowance.

    With these shares about 0.2 % of the records of one more hour cross a threshold. Each has used
    something, as the history that is counted has a record of each.
    """
    allowance = PLANS[rng.integers(0, len(PLANS), count)]
    most = np.where(rng.random((count, 3)) < 0.2, 1.2, 0.6)
    used = np.maximum(allowance * most * rng.random((count, 3)), 1).astype(np.int64)
    return World(count=count, allowance=allowance, used=used, prepaid=rng.random(count) < 0.3)


def tariff(*, priced: bool) -> TariffTerms:
    """乐享4G's prices and its schedule for data beyond the plan, or nothing at all."""
    prices = np.tile(PRICES, (ZONES, 1))
    if not priced:
        return TariffTerms(number=1, voice_unit=60, prices=0 * prices)
    return TariffTerms(
        number=1,
        voice_unit=60,
        prices=prices,
        mode=Mode.STACK,
        price=30,
        tiers=np.array([[3_000, 500 * KILO]]),
        cap=60_000,
        stop_kb=15 * 1024 * KILO,
    )


def load(state: MeterState, world: World, now: int = MID_MONTH) -> None:
    """Bring the meter's state to where the world stands at an instant of its month (epoch seconds),
    by facts and by one history batch."""
    ids, cycle = world.ids, Cycle.at_epoch(now)
    facts: list[FactColumns] = [
        CycleStep(cycle=cycle.previous.number, opens=True),
        CycleStep(cycle=cycle.number, opens=True),
        Watched(usage=((80, 100), (80, 100), OF_DATA), money=(1500, 500), credit=(80, 100)),
        tariff(priced=world.priced),
        GroupTerms(
            group=ids,
            account=ids,
            cycle=cycle.number,
            plan=np.ones(world.count, np.int64),
            tariff=np.ones(world.count, np.int64),
            allowance=world.allowance,
            rolls=np.ones(world.count, np.int64),
        ),
        LineLinks(number=world.number, group=ids, since=np.zeros(world.count, np.int64)),
        Funds(
            account=ids,
            spendable=np.full(world.count, 50_000),
            watched=world.prepaid.astype(np.int64),
            billed=np.zeros(world.count, np.int64),
            credit=np.zeros(world.count, np.int64),
        ),
    ]
    for number, columns in enumerate(facts, start=1):
        enrol(state, columns)
        delta, _ = fold_facts(state, columns, number, now)
        apply_facts(state, delta)
    for service in range(3):
        _count_history(state, world, service, now)


def _count_history(state: MeterState, world: World, service: int, now: int) -> None:
    used = np.maximum(world.used[:, service], 1)
    records = Records(
        number=world.number,
        service=np.full(world.count, service, np.uint8),
        zone=np.zeros(world.count, np.uint8),
        start=np.full(world.count, now - 86_400),
        quantity=used * 60 if service == 0 else used,
        sign=np.ones(world.count, np.int8),
    )
    delta, _ = fold(state, records, resolve(state, records, now))
    apply(state, delta)


def write_records(
    folder: Path, world: World, rows: int, files: int, rng: np.random.Generator
) -> list[Path]:
    """CSV files of a busy hour: short calls, messages, small data sessions, 0.3 % of repeats."""
    service = rng.choice(3, rows, p=[0.25, 0.1, 0.65])
    amounts = [rng.lognormal(4.0, 1.0, rows), np.ones(rows), rng.lognormal(12.0, 1.6, rows)]
    quantity = np.maximum(np.choose(service, amounts), 1).astype(np.int64)
    identity = np.arange(1, rows + 1)
    repeat = rng.random(rows) < 0.003
    repeat[: rows // 2] = False
    columns = {
        "record_id": identity,
        "source": np.array(["pgw-1", "msc-1", "smsc-1"])[rng.integers(0, 3, rows)],
        "number": FIRST + rng.integers(1, world.count + 1, rows),
        "service": SERVICES[service],
        "zone": np.where(rng.random(rows) < 0.02, "free", "domestic"),
        "start": MID_MONTH - 3600 + rng.integers(0, 3600, rows),
        "quantity": quantity,
        "sign": np.ones(rows, np.int64),
    }
    earlier = np.flatnonzero(repeat) - rows // 2
    for name, column in columns.items():
        columns[name] = column.copy()
        columns[name][repeat] = column[earlier]
    table = pa.table(columns)
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"usage-{number:03d}.csv" for number in range(files)]
    step = -(-rows // files)
    for number, path in enumerate(paths):
        pcsv.write_csv(
            table.slice(number * step, step), path, pcsv.WriteOptions(quoting_style="none")
        )
    return paths
