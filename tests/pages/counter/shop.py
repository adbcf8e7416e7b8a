"""A hall with a clerk, and customers who come to it."""

import re
from datetime import UTC, datetime

from django.test import Client

from tests.outlets.examples import a_place
from tests.parties.examples import a_line, an_account
from tests.staff.examples import NANCHANG, employed
from wanhao.outlets.actions import import_places
from wanhao.outlets.queries import hall_named
from wanhao.parties.contracts import DocumentKind, LineView
from wanhao.parties.documents import record_document
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.staff.actions import grant_role, place_units
from wanhao.staff.contracts import Unit, UnitKind
from wanhao.staff.models import Employee, OrgUnit
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

HALL, COUNTY = "H1", "8360102"
NUMBER, ELSEWHERE = 16907910001, 16907910002
CARD = "11010519491231002X"  # the example of GB 11643
NAME = "王小明"


def open_hall(clerk: str = "li.na", role: str = "clerk") -> None:
    """Hall H1 of Nanchang with a clerk, a customer of Nanchang, and one of Jiujiang."""
    load_catalogue()
    import_places([a_place(HALL)])
    login = employed(clerk, NANCHANG, role="")
    place_units(
        [
            Unit(code=COUNTY, kind=UnitKind.COUNTY, name_zh="东湖", name_en="D", parent=NANCHANG),
            Unit(code=HALL, kind=UnitKind.HALL, name_zh="样例", name_en="S", parent=COUNTY),
        ]
    )
    assert login.pk
    move_to(clerk, HALL, role)
    orders = [
        AccountOrder(
            account=an_account(f"A{number}", (a_line(number),), city=city),
            offering_codes=("lexiang-4g-59",),
            opening_balance_fen=5000,
            payment_reference=f"opening-{number}",
        )
        for number, city in ((NUMBER, "3601"), (ELSEWHERE, "3604"))
    ]
    open_accounts(orders, datetime.now(UTC))
    assert hall_named(HALL, datetime.now(UTC).date())


def move_to(job_number: str, unit: str, role: str) -> None:
    """The employee works at another unit from now on, in a role there."""
    Employee.objects.filter(job_number=job_number).update(unit=OrgUnit.objects.get(code=unit))
    grant_role(
        job_number=job_number, role=role, unit_code=unit, now=datetime.now(UTC), by="the tests"
    )


def customer() -> LineView:
    """The line of the customer of Nanchang."""
    return lines_by_number([NUMBER])[NUMBER]


def see(number: int = NUMBER, document: str = CARD) -> None:
    """A document of the customer is on record."""
    line = lines_by_number([number])[number]
    now = datetime.now(UTC)
    record_document(line.line_id, DocumentKind.IDENTITY_CARD, document, now, by="before")


def begin(client: Client, wanted: str = str(NUMBER), purpose: str = "change") -> str:
    """Look a customer up; gives the address of the service."""
    answer = client.post("/counter/find/", {"wanted": wanted, "purpose": purpose})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def shown(client: Client, path: str, language: str = "zh-hans", **given: str) -> str:
    """What a page says, asked or filled in."""
    told = {"accept-language": language}
    answer = client.post(path, given, headers=told) if given else client.get(path, headers=told)
    return answer.content.decode()


def nonce(page: str) -> str:
    found = re.search(r'name="nonce" value="(\w+)"', page)
    assert found is not None, page
    return found[1]


def level(page: str) -> int:
    found = re.search(r'data-level="(\d)"', page)
    assert found is not None, page
    return int(found[1])
