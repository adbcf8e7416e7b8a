"""Documents: recorded when they were seen, compared ever after; a number is never kept whole.

The hash is keyed with the installation's secret: whoever has the tables alone cannot find numbers
by trying all of them. A new secret means that documents must be seen again.
"""

import re
from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from wanhao.parties.contracts import DocumentKind, DocumentView
from wanhao.parties.models import BillingAccount, Customer, Document, Line
from wanhao.values.errors import WanhaoError
from wanhao.values.typed import as_meant

SALT = "wanhao.parties.documents"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
CARD = re.compile(r"\d{17}[\dX]")
OTHER = re.compile(r"[A-Z0-9]{5,18}")
OF_LINES = """
SELECT line.id, document.kind, document.tail, document.recorded_at
FROM wanhao_parties_line AS line
JOIN wanhao_parties_billingaccount AS account ON account.id = line.account_id
JOIN wanhao_parties_document AS document
    ON document.customer_id = account.customer_id AND document.ended_at IS NULL
WHERE line.id = ANY(%s::bigint[])
"""


@transaction.atomic
def record_document(
    line_id: int, kind: DocumentKind, number: str, now: datetime, *, by: str
) -> DocumentView:
    """The document of a line's customer was seen by an employee; an earlier one ends.

    WanhaoError when it is no such number.
    """
    plain = _plain(number)
    _refuse_odd(kind, plain)
    customer = Customer.objects.select_for_update().get(id=_customer_of(line_id))
    Document.objects.filter(customer=customer, ended_at=None).update(ended_at=now)
    row = Document.objects.create(
        customer=customer,
        kind=kind.value,
        digest=_digest(plain),
        tail=plain[-4:],
        recorded_at=now,
        recorded_by=by[:64],
    )
    return DocumentView(kind=kind, tail=row.tail, recorded_at=now)


def documents_of_lines(line_ids: Collection[int]) -> dict[int, DocumentView]:
    """The document of each line's customer; a line whose customer showed none is left out."""
    with connection.cursor() as cursor:
        cursor.execute(OF_LINES, [list(set(line_ids))])
        return {
            line_id: DocumentView(kind=DocumentKind(kind), tail=tail, recorded_at=at)
            for line_id, kind, tail, at in cursor.fetchall()
        }


def is_holder(line_id: int, name: str, number: str) -> bool:
    """Whether name and document number are those of the line's customer.

    WanhaoError when no document of the customer is recorded.
    """
    customer_id = _customer_of(line_id)
    row = Document.objects.filter(customer_id=customer_id, ended_at=None).first()
    if row is None:
        raise WanhaoError(
            f"No document is recorded for line {line_id}.", "Show it at a business hall once."
        )
    called = Customer.objects.values_list("name", flat=True).get(id=customer_id)
    same_number = constant_time_compare(row.digest, _digest(_plain(number)))
    return same_number and _same_name(called, name)


def is_called(line_id: int, name: str) -> bool:
    """Whether it is the name of the line's customer, however it is spaced."""
    called = Customer.objects.values_list("name", flat=True).get(id=_customer_of(line_id))
    return _same_name(called, name)


def holders_of_document(number: str, limit: int = 20) -> list[int]:
    """The customers who showed a document with this number."""
    rows = Document.objects.filter(digest=_digest(_plain(number)), ended_at=None)
    return list(rows.order_by("customer_id").values_list("customer_id", flat=True)[:limit])


def _same_name(one: str, other: str) -> bool:
    return "".join(one.split()).casefold() == "".join(other.split()).casefold()


def _customer_of(line_id: int) -> int:
    account_id = Line.objects.values_list("account_id", flat=True).get(id=line_id)
    return BillingAccount.objects.values_list("customer_id", flat=True).get(id=account_id)


def _plain(number: str) -> str:
    return "".join(as_meant(number).split()).upper()


def _digest(plain: str) -> str:
    return salted_hmac(SALT, plain, algorithm="sha256").hexdigest()


def _refuse_odd(kind: DocumentKind, plain: str) -> None:
    good = bool(OTHER.fullmatch(plain))
    if kind is DocumentKind.IDENTITY_CARD:
        good = bool(CARD.fullmatch(plain)) and _check_digit(plain) == plain[-1]
    if not good:
        raise WanhaoError(
            f"That is no number of a {kind.value}.", "Compare it with the document, digit by digit."
        )


def _check_digit(card: str) -> str:
    """The last digit as GB 11643 finds it from the first 17."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, card[:17], strict=True))
    return CHECK_DIGITS[total % 11]
