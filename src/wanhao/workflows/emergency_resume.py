"""Emergency power-on: a star's right gives a stopped account service for a while, and then it is
stopped again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.billing.line_stops import begin_grant, end_grants, running_grants
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.stop_contracts import GrantView
from wanhao.billing.stop_times import by_day, grant_ends
from wanhao.billing.stops import live_stops, still_owed
from wanhao.communications.actions import decide_reminders
from wanhao.communications.contracts import Metric, Trigger
from wanhao.loyalty.actions import use_right
from wanhao.loyalty.queries import rights
from wanhao.promises.contracts import DuePromise
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.grant_promises import END, WARN, promise_grant
from wanhao.workflows.stop_steps import put_off
from wanhao.workflows.tell_network import tell_network_of

RIGHT_NUMBER = "100600"
NO_BATCH = 0


@transaction.atomic
def emergency_resume(account_id: int, now: datetime) -> GrantView:
    """Serve a stopped account again for the hours in `billing/stops.toml`.

    Asking again while it runs changes nothing. WanhaoError when it is not stopped or its contract
    ended, its star does not give the right, or it had a grant for this stop or in this month.
    """
    refuse_elsewhere("Service is given for a while")
    still_owed([account_id], now)
    stop = live_stops([account_id]).get(account_id)
    if stop is None or not stop.may_be_lifted:
        raise WanhaoError(
            "The account is not stopped, or its contract has ended.",
            "Service for a while is given to whom a payment would bring service back.",
        )
    if (running := running_grants([account_id]).get(account_id)) is not None:
        return running
    grant = begin_grant(stop, grant_ends(now), now)
    use_right(account_id=account_id, code=_right(), reference=f"emergency-{stop.stop_id}", now=now)
    promise_grant(grant, now)
    decide_reminders([_trigger(grant, now, begins=True)], batch=NO_BATCH, now=now)
    tell_network_of([account_id], now)
    return grant


def run_grants(due: Sequence[DuePromise], now: datetime) -> None:
    """Keep what was promised with grants: the word before the end, and the end; by day only."""
    if by_day(now) != now:
        put_off([one for one in due if str(one.payload["step"]) == END], by_day(now), now)
        due = [one for one in due if str(one.payload["step"]) != END]
    asked = {(int(str(p.payload["grant"])), str(p.payload["step"])): p for p in due}
    running = running_grants([int(str(p.payload["account"])) for p in due])
    warned = [one for one in running.values() if (one.grant_id, WARN) in asked]
    over = [one.account_id for one in running.values() if (one.grant_id, END) in asked]
    triggers = [_trigger(one, now) for one in warned if one.account_id not in over]
    decide_reminders(triggers, batch=NO_BATCH, now=now)
    if over:
        still_owed(over, now)
        end_grants(over, now)
        tell_network_of(over, now)


def _right() -> str:
    return next(code for code, right in rights().items() if right.number == RIGHT_NUMBER)


def _trigger(grant: GrantView, now: datetime, *, begins: bool = False) -> Trigger:
    said = {"time": grant.until.astimezone(SHANGHAI).isoformat()}
    return Trigger(
        metric=Metric.EMERGENCY,
        threshold=None,
        account_id=grant.account_id,
        group_id=None,
        number=None,
        cycle=Cycle.of(grant.since).number,
        episode=grant.grant_id,
        tier=0 if begins else 1,
        said=said if begins else {**said, "variant": "ending"},
        expires_at=int(grant.until.timestamp()),
        occurred_at=int(now.timestamp()),
    )
