"""Check porting: what keeps a number from going to another operator."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.queries import balances
from wanhao.billing.stops import live_stops
from wanhao.parties.contracts import LineRole, LineView
from wanhao.parties.documents import documents_of_lines
from wanhao.parties.moving import joined
from wanhao.parties.queries import lines_of_groups
from wanhao.products.contracts import Lasts
from wanhao.products.queries import products_of

LEAST = timedelta(days=120)


class PortingObstacle(StrEnum):
    """A condition that a number does not meet."""

    NO_DOCUMENT = "no-document"
    STOPPED = "stopped"
    OWES = "owes"
    CONTRACT = "contract"
    TOO_NEW = "too-new"
    FAMILY = "family"


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """What is in the way: of a debt how much, of a contract or of time until when."""

    what: PortingObstacle
    fen: int = 0
    until: datetime | None = None


def check_porting(line: LineView, now: datetime) -> tuple[Obstacle, ...]:
    """What is in the way, nothing when the number may go. WanhaoError where billing is foreign.

    What this month has cost so far is owed when it goes, and is in nobody's way.
    """
    refuse_elsewhere("Numbers are ported")
    found = []
    if line.line_id not in documents_of_lines([line.line_id]):
        found.append(Obstacle(what=PortingObstacle.NO_DOCUMENT))
    if line.account_id in live_stops([line.account_id]) or live_line_stops([line.line_id]):
        found.append(Obstacle(what=PortingObstacle.STOPPED))
    if (owed := -balances([line.account_id]).get(line.account_id, 0)) > 0:
        found.append(Obstacle(what=PortingObstacle.OWES, fen=owed))
    if (bound := _bound_until(line, now)) is not None:
        found.append(Obstacle(what=PortingObstacle.CONTRACT, until=bound))
    since = joined(line.number)
    if since is not None and now < since + LEAST:
        found.append(Obstacle(what=PortingObstacle.TOO_NEW, until=since + LEAST))
    if line.role is LineRole.MAIN and len(lines_of_groups([line.group_id])) > 1:
        found.append(Obstacle(what=PortingObstacle.FAMILY))
    return tuple(found)


def _bound_until(line: LineView, now: datetime) -> datetime | None:
    """The end of the longest term that runs."""
    held = products_of(line.group_id, now)
    ends = [one.until for one in held if one.offering.lasts is Lasts.TERM and one.until]
    return max(ends, default=None)
