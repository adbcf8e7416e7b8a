"""A turn of the month: what is told and delivered when, and a meter that lives through it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    ZHAO,
    drop,
    fees,
    group,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.cycles import Calendar
from wanhao.usage.folders import Folders

NOVEMBER, DECEMBER = 202611, 202612
MIDNIGHT = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""The first instant of December in Asia/Shanghai."""
CLOSING = MIDNIGHT + timedelta(hours=72)
AT_NIGHT = int(MIDNIGHT.timestamp()) - 3600
AFTER = int(MIDNIGHT.timestamp()) + 3600
MOMENTS = (
    (NOW, "usual.csv"),
    (MIDNIGHT - timedelta(minutes=30), "night.parquet"),
    (MIDNIGHT + timedelta(seconds=1), ""),
    (MIDNIGHT + timedelta(seconds=2), ""),
    (MIDNIGHT + timedelta(seconds=3), ""),
    (MIDNIGHT + timedelta(hours=2), "morning.csv"),
    (CLOSING + timedelta(seconds=1), ""),
    (CLOSING + timedelta(hours=1), "late.csv"),
    (CLOSING + timedelta(hours=2), "later.csv"),
)


def two_months() -> None:
    """Zhao has a pack and rent, Qian steps up, and from December on another plan."""
    two_customers(fen=9000)
    tell(
        group(1, packs=(pack(70, quantity=50 * MB, rolls=True), pack(71, rank=2, renews=True))),
        replace(group(2), tariff=2, rolls=False),
        replace(group(2), cycle=DECEMBER, plan=2, data_allowance=900 * MB),
        fees(1, 100, rent=3900),
        fees(2, 0, rent=5900),
        fees(2, 250, cycle=DECEMBER, rent=5900),
    )


def staged(folder: Path) -> None:
    """The files of the two months, ready to be delivered when their moment comes."""
    usual = [row(n, quantity=60 * (n % 7 + 1)) for n in range(20)]
    usual += [row(50, QIAN, "data", 640 * MB), row(51, ZHAO, "data", 30 * MB)]
    usual += [row(52, ZHAO, "voice", 61, zone="roaming"), row(53, zone="free", quantity=999)]
    night = [row(100 + n, ZHAO, "data", 60 * MB, start=AT_NIGHT + n) for n in range(4)]
    morning = [row(200, ZHAO, "data", 400 * MB, start=AFTER), row(201, QIAN, start=AFTER)]
    morning += [row(202, ZHAO, "data", 25 * MB, start=AT_NIGHT), *usual[:2]]
    late = [row(300, ZHAO, "voice", 6000, start=AT_NIGHT), *night[:2]]
    late += [row(301, QIAN, "data", 30 * MB, start=AT_NIGHT, charge_fen=7)]
    late += [row(302, QIAN, "data", 30 * MB, start=AT_NIGHT), row(303, QIAN, start=AFTER)]
    later = [row(400, ZHAO, "voice", 6000, start=AT_NIGHT, sign=-1), late[0]]
    later += [row(401, ZHAO, "message", 3, start=AT_NIGHT, zone="hk-macau-taiwan")]
    files = {"usual.csv": usual, "night.parquet": night, "morning.csv": morning}
    for name, rows in {**files, "late.csv": late, "later.csv": later}.items():
        path = drop(folder, name, rows)
        path.rename(folder / name)


def live(folder: Path, checkpoint=lambda part: None, sink=None):
    """Live through the moments, from the one where an earlier meter was killed."""
    here = folder / "moment"
    clock = [MOMENTS[0][0]]
    first = int(here.read_text()) if here.exists() else 0
    clock[0] = MOMENTS[first][0]
    made = meter(
        folder,
        sink=sink,
        clock=lambda: clock[0],
        checkpoint=checkpoint,
        batch_rows=1,
        snapshot_every=3,
        calendar=Calendar(rent_accounts=1),
    )
    for place in range(first, len(MOMENTS)):
        clock[0], name = MOMENTS[place]
        here.write_text(str(place))
        if name and (folder / name).exists():
            (folder / name).rename(Folders(folder).inbox / name)
        settle(made)
    made.stop()
    return made
