"""Who lives in the demo world besides the cast: accounts, groups and lines, always the same.

The world of 300 lines is the beginning of the world of 20,000, so a larger one only adds to it.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wanhao.parties.contracts import CustomerKind, Language, LineRole, PayType
from wanhao.parties.queries import cities
from wanhao.values.errors import WanhaoError

WORLD_FILE = Path(__file__).with_name("world.toml")
SEED = 10_000
FIRST_SUFFIX, LAST_SUFFIX = 100, 9_999
FIRST_DAY, DAYS = 1_420_041_600, 3_600
"""Lines were opened on one of these days: from 2015-01-01 (Asia/Shanghai) on."""
DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """One line that the world will have."""

    number: int
    role: LineRole
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAccount:
    """One account that the world will have; all its groups hold the same plan.

    The main line of one that is `undisturbed` switched the 80 per cent reminders off.
    """

    reference: str
    customer_name: str
    kind: CustomerKind
    city: str
    pay_type: PayType
    plan: str
    opening_balance_fen: int
    since: int
    undisturbed: bool
    groups: tuple[tuple[PlannedLine, ...], ...]

    @property
    def size(self) -> int:
        return sum(len(group) for group in self.groups)


@lru_cache(maxsize=1)
def world_settings() -> Mapping[str, Any]:
    """Shares and names, as `world.toml` gives them."""
    return tomllib.loads(WORLD_FILE.read_text())


@lru_cache(maxsize=4)
def population(lines: int) -> tuple[PlannedAccount, ...]:
    """Accounts with exactly so many lines in all.

    An account too big for the room that is left is passed over, its numbers stay free.
    """
    room = len(cities()) * (LAST_SUFFIX - FIRST_SUFFIX + 1)
    if lines > room * 9 // 10:
        raise WanhaoError(
            f"The demo world has no numbers for {lines} lines.",
            f"Ask for at most {room * 9 // 10}.",
        )
    maker = _AccountMaker(lines)
    accounts: list[PlannedAccount] = []
    left = lines
    for place in count():
        if left == 0:
            return tuple(accounts)
        account = maker.account(place)
        if account.size <= left:
            accounts.append(account)
            left -= account.size
    raise AssertionError


class _Chances:
    """One stream of chances per question, so that each account's answers stay the same."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._streams: dict[str, NDArray[np.float64]] = {}

    def of(self, question: str, place: int) -> float:
        stream = self._streams.get(question)
        if stream is None:
            seed = [SEED, *question.encode()]
            stream = np.random.default_rng(seed).random(self._size)
            self._streams[question] = stream
        return float(stream[place])

    def pick(self, question: str, place: int, choices: Sequence[Any]) -> Any:
        return choices[int(self.of(question, place) * len(choices))]


class _Weighted:
    """A choice among names by weight."""

    def __init__(self, weights: Mapping[str, int]) -> None:
        self._names = list(weights)
        self._edges = np.cumsum(list(weights.values())) / sum(weights.values())

    def at(self, chance: float) -> str:
        return self._names[int(np.searchsorted(self._edges, chance, side="right"))]


class _AccountMaker:
    def __init__(self, lines: int) -> None:
        settings = world_settings()
        self._settings = settings
        self._chances = _Chances(lines + 10_000)
        self._cities = {city.code: city for city in cities()}
        self._city = _Weighted(settings["cities"])
        self._plans = {kind: _Weighted(plans) for kind, plans in settings["plans"].items()}
        self._prepaid = set(settings["prepaid_plans"])
        self._next_suffix = dict.fromkeys(self._cities, FIRST_SUFFIX)

    def account(self, place: int) -> PlannedAccount:
        chance = self._chances.of("kind", place) * 100
        families, companies = (
            self._settings["families_percent"],
            self._settings["companies_percent"],
        )
        if chance < companies:
            return self._company(place)
        return self._household(place, is_family=chance < companies + families)

    def _company(self, place: int) -> PlannedAccount:
        size = self._size("company_lines", place)
        city = self._city_with_room(place, size)
        name = self._chances.pick("company", place, self._settings["names"]["companies"])
        groups = tuple((self._line(city, LineRole.MAIN, place),) for _ in range(size))
        surname = self._chances.pick("surname", place, self._settings["names"]["surnames"])
        title = f"{self._cities[city].name_zh}{surname}记{name}有限公司"
        return self._planned(place, city, title, "company", groups)

    def _household(self, place: int, *, is_family: bool) -> PlannedAccount:
        size = self._size("family_lines", place) if is_family else 1
        city = self._city_with_room(place, size)
        roles = [LineRole.MAIN] + [LineRole.SECONDARY] * (size - 1)
        group = tuple(self._line(city, role, place) for role in roles)
        plans = "family" if is_family else "single"
        return self._planned(place, city, self._person(place), plans, (group,))

    def _planned(
        self,
        place: int,
        city: str,
        name: str,
        plans: str,
        groups: tuple[tuple[PlannedLine, ...], ...],
    ) -> PlannedAccount:
        plan = self._plans[plans].at(self._chances.of("plan", place))
        prepaid = plan in self._prepaid
        yuan = self._chances.pick("balance", place, self._settings["opening_yuan"])
        return PlannedAccount(
            reference=f"demo-{place:06d}",
            customer_name=name,
            kind=CustomerKind.COMPANY if plans == "company" else CustomerKind.PERSON,
            city=city,
            pay_type=PayType.PREPAID if prepaid else PayType.POSTPAID,
            plan=plan,
            opening_balance_fen=yuan * 100 if prepaid else 0,
            since=FIRST_DAY + DAY * int(self._chances.of("since", place) * DAYS),
            undisturbed=self._percent("undisturbed", place),
            groups=groups,
        )

    def _percent(self, question: str, place: int) -> bool:
        """Whether the account is among those `world.toml` gives a percentage of."""
        percent: int = self._settings[f"{question}_percent"]
        return self._chances.of(question, place) * 100 < percent

    def _line(self, city: str, role: LineRole, place: int) -> PlannedLine:
        suffix = self._next_suffix[city]
        self._next_suffix[city] += 1
        return PlannedLine(
            number=int(f"169{self._cities[city].area_code}{suffix:04d}"),
            role=role,
            language=Language.EN if self._percent("english", place) else Language.ZH,
        )

    def _size(self, setting: str, place: int) -> int:
        least, most = map(int, self._settings[setting])
        return least + int(self._chances.of("size", place) * (most - least + 1))

    def _city_with_room(self, place: int, size: int) -> str:
        """The city drawn, or the next one that still has numbers."""
        drawn = self._city.at(self._chances.of("city", place))
        codes = list(self._cities)
        first = codes.index(drawn)
        return next(
            code
            for code in codes[first:] + codes[:first]
            if self._next_suffix[code] + size <= LAST_SUFFIX + 1
        )

    def _person(self, place: int) -> str:
        names = self._settings["names"]
        surname = self._chances.pick("surname", place, names["surnames"])
        first = self._chances.pick("given", place, names["given"])
        second = self._chances.pick("second", place, [*names["given"], *[""] * 20])
        return f"{surname}{first}{second}"
