"""Roles: what they let somebody do, where, and for how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.staff.actions import end_role, grant_role, place_units
from wanhao.staff.contracts import Permission, Unit, UnitKind
from wanhao.staff.models import RoleGrant
from wanhao.staff.queries import employee_of_login, may, roles_held
from wanhao.staff.roles import read_roles
from wanhao.staff.scope import unit_of_city
from wanhao.values.errors import WanhaoError

NOW = datetime.now(UTC) + timedelta(hours=1)
COUNTY, HALL = "8360102", "HALL-1"


def the_hall() -> str:
    """A hall of Nanchang."""
    place_units(
        [
            Unit(
                code=COUNTY,
                kind=UnitKind.COUNTY,
                name_zh="东湖区",
                name_en="Donghu",
                parent=NANCHANG,
            ),
            Unit(code=HALL, kind=UnitKind.HALL, name_zh="一厅", name_en="First", parent=COUNTY),
        ]
    )
    return HALL


def id_of(login_id: int) -> int:
    found = employee_of_login(login_id)
    assert found is not None
    return found.employee_id


@pytest.mark.django_db
class TestReach:
    def test_a_clerk_of_a_hall_serves_the_whole_city_and_no_other(self) -> None:
        login = employed("li.na", role="")
        grant_role(job_number="li.na", role="clerk", unit_code=the_hall(), now=NOW, by="me")
        who = id_of(login.pk)
        assert may(who, Permission.SERVE, unit_of_city("3601"), NOW)
        assert not may(who, Permission.SERVE, unit_of_city("3604"), NOW)
        assert not may(who, Permission.SERVE, PROVINCE, NOW)
        assert not may(who, Permission.AUDIT, unit_of_city("3601"), NOW)

    def test_an_inspector_of_the_province_audits_everywhere_and_serves_nobody(self) -> None:
        who = id_of(employed("chen", PROVINCE, "inspector").pk)
        assert may(who, Permission.AUDIT, NANCHANG, NOW)
        assert may(who, Permission.AUDIT, PROVINCE, NOW)
        assert not may(who, Permission.SERVE, NANCHANG, NOW)

    def test_an_inspector_of_a_hall_audits_that_hall_only(self) -> None:
        login = employed("chen", role="")
        grant_role(job_number="chen", role="inspector", unit_code=the_hall(), now=NOW, by="me")
        assert may(id_of(login.pk), Permission.AUDIT, HALL, NOW)
        assert not may(id_of(login.pk), Permission.AUDIT, NANCHANG, NOW)

    def test_customers_of_a_city_without_a_unit_are_the_provinces(self) -> None:
        province = id_of(employed("wu", PROVINCE, "clerk").pk)
        city = id_of(employed("li.na", NANCHANG, "clerk").pk)
        assert may(province, Permission.SERVE, unit_of_city("4401"), NOW)
        assert not may(city, Permission.SERVE, unit_of_city("4401"), NOW)

    def test_a_role_is_good_from_its_beginning_to_its_end(self) -> None:
        who = id_of(employed("li.na").pk)
        assert not may(who, Permission.SERVE, NANCHANG, NOW - timedelta(days=1))
        assert may(who, Permission.SERVE, NANCHANG, NOW)
        end = NOW + timedelta(hours=1)
        assert end_role(
            job_number="li.na", role="clerk", unit_code=NANCHANG, now=end, by="the duty manager"
        )
        assert not may(who, Permission.SERVE, NANCHANG, end)
        assert not end_role(
            job_number="li.na", role="clerk", unit_code=NANCHANG, now=end, by="the duty manager"
        )
        assert roles_held("li.na") == []
        (before,) = roles_held("li.na", live=False)
        assert (before.granted_by, before.ended_by) == ("the tests", "the duty manager")


@pytest.mark.django_db
class TestGranting:
    def test_twice_is_once(self) -> None:
        employed("li.na")
        given = {"job_number": "li.na", "role": "clerk", "unit_code": NANCHANG, "by": "me"}
        assert grant_role(**given, now=NOW)[1] is False
        assert len(roles_held("li.na")) == 1

    @pytest.mark.parametrize(
        ("changed", "complaint"),
        [
            ({"role": "king"}, "There is no role 'king'"),
            ({"job_number": "7"}, "No employee has the job number '7'"),
            ({"unit_code": "99"}, "No unit has the code '99'"),
        ],
    )
    def test_what_is_unknown_is_refused(self, changed: dict[str, str], complaint: str) -> None:
        employed("li.na", role="")
        given = {"job_number": "li.na", "role": "clerk", "unit_code": NANCHANG, "by": "me"}
        with pytest.raises(WanhaoError, match=complaint):
            grant_role(**{**given, **changed}, now=NOW)

    def test_the_database_lets_nobody_hold_a_role_twice(self) -> None:
        employed("li.na", unit=JIUJIANG)
        row = RoleGrant.objects.get()
        row.pk = None
        with pytest.raises(IntegrityError, match="role_held_once"), transaction.atomic():
            row.save(force_insert=True)

    def test_a_hall_without_its_county_is_refused(self) -> None:
        employed("li.na")
        hall = Unit(code="H", kind=UnitKind.HALL, name_zh="厅", name_en="Hall", parent="8360199")
        with pytest.raises(WanhaoError, match="stands below '8360199'"):
            place_units([hall])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[role]]\ncode="x"\nzh="x"\nen="x"\nreach="unit"\nmay=["fly"]\n', "'fly' is not a valid"),
        ('[[role]]\ncode="x"\nzh="x"\nen="x"\nreach="moon"\nmay=[]\n', "'moon' is not a valid"),
        ('[[role]]\ncode="x"\nzh="x"\nreach="unit"\nmay=[]\n', "role 1 \\('x'\\)"),
        ('[[role]]\ncode="x"\nzh="x"\nen="x"\nreach="unit"\nmay=[]\n' * 2, "is there twice"),
    ],
)
def test_a_mistake_in_the_file_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "roles.toml"
    file.write_text(text)
    with pytest.raises(WanhaoError, match=complaint):
        read_roles(file)
