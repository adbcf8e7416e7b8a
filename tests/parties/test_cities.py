"""The cities the operator serves."""

from pathlib import Path

import pytest

from wanhao.parties.cities import read_cities
from wanhao.parties.queries import cities
from wanhao.values.errors import WanhaoError


def test_jiangxi_has_eleven_cities_each_with_its_own_codes() -> None:
    found = cities()
    assert len({city.code for city in found}) == len({city.area_code for city in found}) == 11
    assert (found[0].name_zh, found[0].area_code) == ("南昌", "0791")
    assert all(len(city.area_code) == 4 for city in found)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[city]]\ncode = "3601"', "city 1"),
        (
            '[[city]]\ncode="1"\nname_zh="a"\nname_en="a"\narea_code="1"\n'
            '[[city]]\ncode="1"\nname_zh="b"\nname_en="b"\narea_code="2"\n',
            "city 2: code 1 is there twice",
        ),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "cities.toml"
    file.write_text(text)
    with pytest.raises(WanhaoError, match=complaint):
        read_cities(file)
