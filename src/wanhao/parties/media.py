"""Contact media: where a customer or a line can be reached besides the number."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from email.utils import parseaddr

from django.db import connection, transaction

from wanhao.parties.contracts import ContactMedium, MediumKind
from wanhao.parties.models import ContactMedium as Row
from wanhao.parties.models import Line
from wanhao.values.errors import WanhaoError

LONGEST = 254
# A line's own medium stands for the customer's of the same kind.
OF_LINES = """
SELECT DISTINCT ON (line.id, medium.kind) line.id, medium.kind, medium.value
FROM wanhao_parties_line AS line
JOIN wanhao_parties_billingaccount AS account ON account.id = line.account_id
JOIN wanhao_parties_contactmedium AS medium
    ON medium.until IS NULL
    AND (medium.line_id = line.id OR medium.customer_id = account.customer_id)
WHERE line.id = ANY(%s::bigint[])
ORDER BY line.id, medium.kind, medium.line_id NULLS LAST
"""


def media_of_lines(line_ids: Collection[int]) -> dict[int, tuple[ContactMedium, ...]]:
    """How each line can be reached now, app before mail; a line with nothing is left out."""
    found: dict[int, list[ContactMedium]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(OF_LINES, [list(set(line_ids))])
        for line_id, kind, value in cursor.fetchall():
            found[line_id].append(ContactMedium(kind=MediumKind(kind), value=value))
    return {line_id: tuple(media) for line_id, media in found.items()}


def set_medium_of_line(line_id: int, medium: ContactMedium, now: datetime) -> None:
    """Reach this line there from now on; what was there before ends. WanhaoError: no address."""
    _check(medium)
    _replace({"line_id": line_id}, medium, now)


@transaction.atomic
def set_medium_of_customer(line_id: int, medium: ContactMedium, now: datetime) -> None:
    """Reach all lines of this line's customer there, but those with a medium of their own."""
    _check(medium)
    customer = Line.objects.values_list("account__customer_id", flat=True).get(id=line_id)
    _replace({"customer_id": customer}, medium, now)


def end_media_of_line(line_id: int, kind: MediumKind, now: datetime) -> int:
    """No longer reach the line itself that way; returns how many media ended."""
    return Row.objects.filter(line_id=line_id, kind=kind.value, until=None).update(until=now)


@transaction.atomic
def _replace(whose: dict[str, int], medium: ContactMedium, now: datetime) -> None:
    Row.objects.filter(**whose, kind=medium.kind.value, until=None).update(until=now)
    Row.objects.create(**whose, kind=medium.kind.value, value=medium.value, since=now)


def _check(medium: ContactMedium) -> None:
    """One plain address: what goes into the header of a mail must not be able to say more."""
    good = 0 < len(medium.value) <= LONGEST and medium.value.isprintable()
    if medium.kind is MediumKind.EMAIL:
        name, address = parseaddr(medium.value)
        local, _, host = address.rpartition("@")
        plain = not any(char in medium.value for char in ' ,;<>\\"')
        good = good and plain and not name and address == medium.value and bool(local and host)
    if not good:
        raise WanhaoError(
            f"'{medium.value}' is no address.", "Give one such as name@example.com, without a name."
        )
