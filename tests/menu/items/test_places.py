"""Halls and hotspots: by words, by a point, or those of the customer's own city."""

import pytest

from tests.menu.items.customers import EN, asked, asker, open_line, refused, said
from tests.outlets.examples import a_hotspot, a_place
from wanhao.menu.contracts import IdentityLevel, ReplyKind
from wanhao.outlets.actions import import_places


@pytest.fixture(autouse=True)
def _places() -> None:
    east, west = a_place("H1"), a_place("H2", 115_757_963, name_zh="西样例营业厅")
    open_late = {"hours": "Mo-Su 08:30-18:30"}
    far = a_place("G1", 114_940_000, 25_850_000, city="3607", county_zh="章贡", **open_late)
    import_places([east, west, far, a_hotspot("W1")])


def test_whoever_asks_finds_halls_by_words() -> None:
    nobody = asker(None, level=IdentityLevel.ANYONE)
    reply = said("halls", nobody, words="章贡")
    assert [place["code"] for place in reply.data["places"]] == ["G1"]
    assert "章贡样例路1号，每天08:30-18:30，营业中" in reply.long


def test_the_nearest_come_first_and_say_how_far() -> None:
    nobody = asker(None, level=IdentityLevel.ANYONE)
    reply = said("halls", nobody, longitude=115_857_000, latitude=28_682_892)
    assert [place["code"] for place in reply.data["places"]] == ["H1", "H2", "G1"]
    assert reply.short.startswith("样例营业厅，东湖样例路1号，距您94米，另有2个")
    english = asker(None, EN, level=IdentityLevel.ANYONE)
    reply = said("halls", english, longitude=115_857_000, latitude=28_682_892)
    assert "Sample Hall, 1 Sample Road, Donghu, 9.6 km away" in reply.long


def test_a_customer_who_names_nothing_gets_those_of_their_city() -> None:
    open_line()
    codes = [place["code"] for place in said("halls").data["places"]]
    assert codes == ["H1", "H2"]
    assert said("hotspots").data["places"][0]["ssid"] == "wifi"


def test_what_cannot_be_found_says_what_to_name() -> None:
    nobody = asker(None, level=IdentityLevel.ANYONE)
    assert "县区或路名" in refused("halls", nobody)
    assert "没有找到" in refused("halls", nobody, words="月球")
    assert "经度和纬度" in refused("hotspots", nobody, longitude=115_857_000)
    assert asked("halls", nobody, longitude=999_999_999, latitude=0).kind is ReplyKind.REFUSED
