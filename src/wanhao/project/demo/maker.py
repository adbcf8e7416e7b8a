"""Makes usage files as an operator's network elements write them, one after the other.

It lives the month fast at first and slower later, so that a visitor sees thresholds crossed within
minutes and a demo left running for days stays sensible.
"""

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from wanhao.project.demo.habits import Habits
from wanhao.project.demo.notebook import Notebook
from wanhao.project.demo.records import Draft, Source, Tally, calls, messages, sessions
from wanhao.project.demo.usage_files import FileFormat, encode
from wanhao.values.cycle import SHANGHAI

PERIOD_SECONDS = 1.5
TURNS = (
    "pgw-nanchang",
    "msc-nanchang",
    "pgw-ganzhou",
    "pgw-jiujiang",
    "smsc-nanchang",
    "pgw-nanchang",
    "msc-ganzhou",
    "pgw-ganzhou",
    "pgw-jiujiang",
)
"""Who drops the next file; data gateways most often."""
FORMATS = (FileFormat.CSV, FileFormat.GZIP, FileFormat.PARQUET, FileFormat.ZSTD)
LEAST_SESSIONS, MOST_SESSIONS = 350, 1400
PACE_SECONDS = 8 * 3600
"""What the lines still will use this month is used up over this time, fast at first."""
LEAST_PACE = 0.03
HOURS = (
    22,
    15,
    11,
    9,
    9,
    14,
    28,
    48,
    66,
    78,
    84,
    88,
    90,
    82,
    80,
    84,
    88,
    92,
    96,
    100,
    98,
    88,
    64,
    38,
)
"""Records of each hour of the day in Asia/Shanghai, in per cent of the busiest. What they use
follows the day half as strongly: the demo is watched at night too."""
USUAL_SHARE = sum(HOURS) / len(HOURS) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFile:
    """A usage file ready to be dropped, and what it holds on purpose."""

    name: str
    content: bytes
    tally: Tally


class TrafficMaker:
    """Makes one file after the other for the lines of the demo world (the cast are left alone)."""

    def __init__(
        self, habits: Habits, notebook: Notebook, began: datetime, random: np.random.Generator
    ) -> None:
        self._habits = habits
        self._notebook = notebook
        self._began = began
        self._random = random
        self._sources = {name: Source(name) for name in TURNS}
        self._made = 0

    def next_file(self, now: datetime) -> MadeFile:
        """The next file, in the next format, from the source whose turn it is."""
        name = TURNS[self._made % len(TURNS)]
        kind = FORMATS[self._made % len(FORMATS)]
        self._made += 1
        draft = self._draft(name, now)
        source = self._sources[name]
        first_id = self._notebook.reserve_ids(name, source.ids_needed(draft), now)
        table, broken, tally = source.finish(
            draft, self._random, first_id, broken_allowed=kind.is_text
        )
        stamp = now.astimezone(SHANGHAI).strftime("%Y%m%dT%H%M%S")
        return MadeFile(
            name=f"{name}-{stamp}-{first_id}.{kind}",
            content=encode(table, kind, broken),
            tally=tally,
        )

    def _draft(self, source: str, now: datetime) -> Draft:
        """What happened at one kind of network element since its last file."""
        element = source.split("-")[0]
        turns = sum(1 for name in TURNS if name.startswith(element))
        seconds = PERIOD_SECONDS * len(TURNS) / turns
        part = seconds / PACE_SECONDS * self._pace(now) * (1 + hour_share(now)) / (1 + USUAL_SHARE)
        at = int(now.timestamp())
        if element == "msc":
            return calls(self._habits, self._random, self._habits.more_minutes.sum() * part, at)
        if element == "smsc":
            more = self._habits.more_messages.sum()
            return messages(self._habits, self._random, more * part, at)
        busy = LEAST_SESSIONS + (MOST_SESSIONS - LEAST_SESSIONS) * hour_share(now)
        return sessions(self._habits, self._random, self._random.poisson(busy), part, at)

    def _pace(self, now: datetime) -> float:
        age = max((now - self._began).total_seconds(), 0)
        return max(math.exp(-age / PACE_SECONDS), LEAST_PACE)


def hour_share(now: datetime) -> float:
    """How busy this hour is, between nothing and one, gliding from hour to hour."""
    local = now.astimezone(SHANGHAI)
    this, following = HOURS[local.hour], HOURS[(local.hour + 1) % len(HOURS)]
    return (this + (following - this) * local.minute / 60) / 100
