"""Tell the network what lines may do now, after whatever changed it; in the same transaction.

Call it before facts are recorded, so that whoever waits for the facts' lock has no line left to
wait for. What a line may do is read while its profile is held: of two who change something about a
line at once, the later one tells both.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from wanhao.billing.line_stops import live_line_stops, running_grants
from wanhao.billing.stop_contracts import ServiceState, StopView
from wanhao.billing.stops import live_stops
from wanhao.network.actions import hold_profiles, request_profiles
from wanhao.network.contracts import Barring, NewProfile
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_live_or_ended, lines_of_accounts
from wanhao.products.queries import groups_without_data
from wanhao.products.roaming import roaming_of
from wanhao.values.cycle import Cycle

BARS: Mapping[ServiceState, Barring] = {
    ServiceState.ONE_WAY: Barring.OUTGOING,
    ServiceState.TWO_WAY: Barring.ALL,
    ServiceState.TERMINATED: Barring.REMOVED,
}


def tell_network(line_ids: Collection[int], now: datetime) -> int:
    """Request what each line may do now; returns for how many that is new.

    A line that ended is removed, also where its number is another line's by now: the network takes
    a number for one line at a time.
    """
    held = hold_profiles(line_ids)
    new = request_profiles(_live_or_gone(line_ids, now), now)
    # Only now are those held that were never asked for; somebody may have come before.
    first = set(line_ids) - held
    return new + (request_profiles(_live_or_gone(first, now), now) if first else 0)


def tell_network_of(account_ids: Collection[int], now: datetime) -> int:
    """The same for every live line of accounts, secondary cards included."""
    return tell_network([line.line_id for line in lines_of_accounts(account_ids)], now)


def _live_or_gone(line_ids: Collection[int], now: datetime) -> list[NewProfile]:
    lines = lines_live_or_ended(line_ids)
    live = [line for line, lives in lines if lives]
    gone = [_profile(line, Barring.REMOVED, True, False) for line, lives in lines if not lives]
    return [*_profiles(live, now), *gone]


def _profiles(lines: Collection[LineView], now: datetime) -> list[NewProfile]:
    accounts = {line.account_id for line in lines}
    stops, grants = live_stops(accounts), running_grants(accounts)
    alone = live_line_stops([line.line_id for line in lines])
    without_data = groups_without_data([line.group_id for line in lines], Cycle.of(now).number)
    abroad = roaming_of([line.line_id for line in lines])
    return [
        _profile(
            line,
            Barring.ALL
            if line.line_id in alone
            else _of_account(stops.get(line.account_id), line.account_id in grants),
            line.group_id not in without_data,
            abroad[line.line_id].on,
        )
        for line in lines
    ]


def _of_account(stop: StopView | None, served_for_a_while: bool) -> Barring:
    if stop is None or (served_for_a_while and stop.may_be_lifted):
        return Barring.NONE
    return BARS[stop.state]


def _profile(line: LineView, barring: Barring, data: bool, roaming: bool) -> NewProfile:
    return NewProfile(
        line_id=line.line_id, number=line.number, barring=barring, data=data, roaming=roaming
    )
