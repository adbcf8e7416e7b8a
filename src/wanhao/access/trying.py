"""How often somebody may be wrong about a line in a day: counted, and then refused."""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from django.db import connection

from wanhao.access.contracts import TryKind
from wanhao.access.models import WrongTry
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

MOST: Mapping[TryKind, int] = MappingProxyType(
    {TryKind.PASSWORD: 3, TryKind.DOCUMENT: 3, TryKind.VOUCHER: 5}
)
FIRST = """
INSERT INTO wanhao_access_wrongtry (line_id, kind, day, wrong) VALUES (%s, %s, %s, 0)
ON CONFLICT (line_id, kind, day) DO NOTHING
"""


def begin_try(line_id: int, kind: TryKind, now: datetime) -> int:
    """How many tries are left, this one included; others for the line wait until the transaction
    ends. WanhaoError when there are none left today."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [line_id, kind.value, _day(now)])
    row = WrongTry.objects.select_for_update().get(line_id=line_id, kind=kind.value, day=_day(now))
    if row.wrong >= MOST[kind]:
        raise WanhaoError(
            f"Line {line_id} was wrong {MOST[kind]} times today about its {kind.value}.",
            "Try again tomorrow, or come to a business hall.",
        )
    return MOST[kind] - row.wrong


def note_wrong(line_id: int, kind: TryKind, now: datetime) -> int:
    """Count a wrong try, after `begin_try`; returns how many are left today."""
    row = WrongTry.objects.get(line_id=line_id, kind=kind.value, day=_day(now))
    row.wrong += 1
    row.save(update_fields=["wrong"])
    return max(MOST[kind] - row.wrong, 0)


def _day(now: datetime) -> date:
    return now.astimezone(SHANGHAI).date()
