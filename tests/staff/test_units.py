"""The organisation as its file says."""

from pathlib import Path

import pytest
from django.db import IntegrityError

from wanhao.parties.queries import cities
from wanhao.staff.actions import load_units
from wanhao.staff.contracts import UnitKind
from wanhao.staff.models import OrgUnit
from wanhao.staff.queries import units
from wanhao.staff.units import read_units
from wanhao.values.errors import WanhaoError

PROVINCE = '[[unit]]\ncode="8360000"\nkind="province"\nname_zh="江西"\nname_en="Jiangxi"\n'
CITY = '[[unit]]\ncode="8360100"\nkind="city"\nname_zh="南昌"\nname_en="N"\nparent="8360000"\n'


@pytest.mark.django_db
def test_the_province_has_a_branch_in_every_city_it_serves() -> None:
    assert load_units() == load_units() == 12

    province, *branches = units()
    assert (province.kind, province.parent) == (UnitKind.PROVINCE, "")
    assert [branch.code for branch in branches] == [f"8{city.code}00" for city in cities()]
    assert {branch.parent for branch in branches} == {province.code}


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (PROVINCE + PROVINCE, r"units.toml: unit 2 \('8360000'\): its code is there twice"),
        (CITY, r"unit 1 \('8360100'\): a city stands below a province"),
        (PROVINCE + CITY.replace('"city"', '"hall"'), "a hall stands below a county"),
        (PROVINCE + 'parent="8360100"\n', "a province has no parent"),
        (PROVINCE + CITY.replace('"city"', '"village"'), "'village' is not a valid UnitKind"),
        (PROVINCE.replace('name_zh="江西"\n', ""), "name_zh"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "units.toml"
    file.write_text(text)
    with pytest.raises(WanhaoError, match=complaint):
        read_units(file)


@pytest.mark.django_db
def test_the_database_lets_only_a_province_stand_alone() -> None:
    with pytest.raises(IntegrityError, match="unit_province_is_the_top"):
        OrgUnit.objects.create(code="1", kind="city", name_zh="某市", name_en="Somewhere")
