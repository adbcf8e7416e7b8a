"""Compares what the network holds with what is wanted, and wants again what differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wanhao.network.claiming import Differing, ask_anew
from wanhao.network.contracts import Barring, Difference, DifferenceKind, ProfileView
from wanhao.network.ports import MOST_READ, HeldProfile, Provisioning, SentProfile
from wanhao.network.queries import page_of_profiles, profiles_of_lines
from wanhao.network.reachable import Reachable, ReachableLists
from wanhao.values.cycle import SHANGHAI

MOST_EXAMPLES = 20
TOLD: Mapping[DifferenceKind, str] = {
    DifferenceKind.MISSING: "the network held nothing",
    DifferenceKind.CHANGED: "the network held something else",
    DifferenceKind.AHEAD: "the network held a version never told by this database",
}


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What was found: `asked` profiles were asked for again; the first differences as examples.

    What is on its way to the network is not compared.
    """

    compared: int = 0
    on_their_way: int = 0
    found: dict[DifferenceKind, int] = field(
        default_factory=lambda: dict.fromkeys(DifferenceKind, 0)
    )
    asked: int = 0
    examples: list[Difference] = field(default_factory=list)

    def note(self, differences: Sequence[Difference]) -> None:
        """Count differences, and keep the first."""
        for one in differences:
            self.found[one.kind] += 1
        self.examples.extend(differences[: MOST_EXAMPLES - len(self.examples)])


def reconcile(
    network: Provisioning,
    lists: ReachableLists,
    clock: Callable[[], datetime],
    *,
    mend: bool,
    say: Callable[[int], object] = lambda compared: None,
) -> Comparison:
    """Read everything the network holds, page by page, and compare; with `mend`, ask again.

    May be run while profiles are sent. What the network holds of lines nobody asked for here is
    only reported. Raises NetworkAwayError.
    """
    result, after, last = Comparison(), 0, False
    while not last:
        # Ours first: what was confirmed before they are asked, they must hold.
        ours = page_of_profiles(after, MOST_READ)
        last = len(ours) < MOST_READ
        through = None if last else ours[-1].line_id
        theirs = _held(network, after, through)
        stays = lists.on(clock().astimezone(SHANGHAI).date())
        _compare(result, ours, theirs, stays, clock() if mend else None)
        after = after if through is None else through
        say(result.compared)
    return result


def _held(network: Provisioning, after: int, through: int | None) -> dict[int, HeldProfile]:
    held: dict[int, HeldProfile] = {}
    more = True
    while more:
        page = network.held(after, through)
        held |= {profile.line_id: profile for profile in page.profiles}
        more = page.more
        after = page.profiles[-1].line_id if page.profiles else after
    return held


def _compare(
    result: Comparison,
    ours: Sequence[ProfileView],
    theirs: Mapping[int, HeldProfile],
    stays: Mapping[Barring, Reachable],
    mend_at: datetime | None,
) -> None:
    confirmed = [one for one in ours if not one.waits]
    kinds = {one.line_id: _kind(one, theirs.get(one.line_id), stays) for one in confirmed}
    differing = _unchanged([one for one in confirmed if kinds[one.line_id]])
    result.compared += len(confirmed)
    result.on_their_way += len(ours) - len(confirmed)
    result.note([_difference(one, kinds[one.line_id]) for one in differing])
    result.note(_strangers(theirs, {one.line_id for one in ours}))
    if mend_at is not None:
        result.asked += _ask(differing, kinds, theirs, mend_at)


def _kind(
    ours: ProfileView, held: HeldProfile | None, stays: Mapping[Barring, Reachable]
) -> DifferenceKind | None:
    if held is None:
        return None if ours.barring is Barring.REMOVED else DifferenceKind.MISSING
    if held.version > ours.version:
        return DifferenceKind.AHEAD
    wanted = SentProfile(
        line_id=ours.line_id,
        version=ours.version,
        number=ours.number,
        barring=ours.barring,
        data=ours.data,
        roaming=ours.roaming,
        reachable=stays[ours.barring],
    )
    same = held.version == ours.version and held.lets_as(wanted)
    return None if same else DifferenceKind.CHANGED


def _unchanged(seen: Sequence[ProfileView]) -> list[ProfileView]:
    """Those nobody asked anew while the network was read."""
    now = profiles_of_lines([one.line_id for one in seen]) if seen else {}
    return [one for one in seen if now[one.line_id].version == one.version]


def _strangers(theirs: Mapping[int, HeldProfile], ours: set[int]) -> list[Difference]:
    """Lines of the network that nobody asked for, not even meanwhile."""
    strange = theirs.keys() - ours
    known = profiles_of_lines(strange) if strange else {}
    return [
        Difference(line_id=line_id, number=theirs[line_id].number, kind=DifferenceKind.UNKNOWN)
        for line_id in sorted(strange - known.keys())
    ]


def _difference(one: ProfileView, kind: DifferenceKind | None) -> Difference:
    assert kind is not None, "only what differs is told"
    return Difference(line_id=one.line_id, number=one.number, kind=kind)


def _ask(
    differing: Sequence[ProfileView],
    kinds: Mapping[int, DifferenceKind | None],
    theirs: Mapping[int, HeldProfile],
    now: datetime,
) -> int:
    return ask_anew(
        [
            Differing(
                line_id=one.line_id,
                version=one.version,
                held_version=theirs[one.line_id].version if one.line_id in theirs else 0,
                attempts=0,
                next_at=now,
                error=TOLD[kind],
            )
            for one in differing
            if (kind := kinds[one.line_id])
        ],
        now,
    )
