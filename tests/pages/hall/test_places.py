"""The page of halls and hotspots: what the list says, what the map gets, who may send pictures."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.outlets.examples import a_hotspot, a_place
from tests.outlets.halls import HALL, MORNING, come, open_hall
from tests.outlets.test_outlines import an_outline
from wanhao.outlets.actions import import_places
from wanhao.outlets.outlining import outlines_version, replace_outlines
from wanhao.outlets.waiting import waiting_at
from wanhao.pages.design import clock
from wanhao.pages.hall import places as places_page

pytestmark = pytest.mark.django_db
PAGE = "/hall/places/"
MAP = "/hall/places/outlines.json"
NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"


def at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: now)
    monkeypatch.setattr(clock, "today", (now + timedelta(hours=8)).date)


def shown(client: Client, **asked: str) -> str:
    answer = client.get(PAGE, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_hall_says_who_waits_and_where_to_take_a_number(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_hall()
    come()
    come()
    at(MORNING, monkeypatch)
    page = shown(client)
    assert 'data-place="H1" data-state="open"' in page
    assert 'data-longitude="115.857963" data-latitude="28.682892" data-waiting="2"' in page
    assert "2 waiting" in page
    assert 'href="/hall/do/queue_ticket/?action=take&amp;hall=H1"' in page


def test_a_closed_hall_offers_a_time_instead(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_hall()
    at(NIGHT, monkeypatch)
    page = shown(client)
    assert 'data-state="closed"' in page
    assert "nobody waiting" in page
    assert "action=book&amp;hall=H1" in page
    assert "action=take" not in page


def test_a_hall_without_desks_has_no_queue_to_join(client: Client) -> None:
    import_places([a_place("H9", hours="24/7"), a_hotspot("W9")])
    page = shown(client, kind="all")
    assert 'data-place="H9" data-state="open"' in page
    assert 'data-place="W9" data-state="hotspot"' in page
    assert "queue_ticket" not in page
    assert "waiting" not in page


def test_who_waits_is_counted_at_halls_with_desks_alone() -> None:
    open_hall()
    import_places([a_place("H2")])
    come()
    assert waiting_at([HALL, "H2", "H3"], MORNING) == {HALL: 1}
    assert waiting_at([HALL], MORNING + timedelta(days=1)) == {HALL: 0}
    assert waiting_at([], MORNING) == {}


def test_each_kind_is_shown_alone_or_both(client: Client) -> None:
    import_places([a_place("H1"), a_hotspot("W1")])
    for kind, there in (("hall", "H"), ("hotspot", "W"), ("all", "HW"), ("nonsense", "H")):
        page = shown(client, kind=kind)
        assert ("H" * ('data-place="H1"' in page)) + ("W" * ('data-place="W1"' in page)) == there


def test_a_long_list_opens_a_part_at_a_time_and_says_where_it_is_cut(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places_page, "MOST", 6)
    monkeypatch.setattr(places_page, "MOST_AT_ONCE", 4)
    import_places([a_place(f"H{number}") for number in range(6)])
    page = shown(client)
    assert "2 more</summary>" in page
    assert "These are the first" not in page
    import_places([a_place("H6")])
    page = shown(client)
    assert page.count("data-place=") == 6
    assert "These are the first 6." in page


def test_however_many_there_are_the_questions_are_the_same(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    import_places([a_place(f"H{number}") for number in range(40)])
    with django_assert_num_queries(4):
        shown(client)


def test_no_picture_comes_from_elsewhere_unless_a_tile_server_is_named(
    client: Client, settings: Settings
) -> None:
    import_places([a_place("H1")])
    assert "img-src 'self';" in client.get(PAGE)["Content-Security-Policy"]
    settings.MAP_TILES = "https://tiles.example.cn:8443/v1/{z}/{x}/{y}.png?key=1"
    settings.MAP_CREDIT = "<b>Tiles of Example</b>"
    answer = client.get(PAGE)
    policy = answer["Content-Security-Policy"]
    assert "img-src 'self' https://tiles.example.cn:8443;" in policy
    assert policy.count("tiles.example.cn") == 1
    page = answer.content.decode()
    assert 'data-tiles="https://tiles.example.cn:8443/v1/{z}/{x}/{y}.png?key=1"' in page
    assert "&lt;b&gt;Tiles of Example" in page
    assert "tiles.example.cn" not in client.get("/hall/offline/")["Content-Security-Policy"]


def test_outlines_go_as_geojson_and_are_kept_under_their_version(client: Client) -> None:
    import_places([a_place("H1")])
    assert "data-outlines" not in shown(client)
    replace_outlines([an_outline(schematic=True)])
    address = f"{MAP}?v={outlines_version()}"
    assert f'data-outlines="{address}"' in shown(client)
    answer = client.get(address)
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    (feature,) = answer.json()["features"]
    assert feature["properties"] == {
        "city": "3601",
        "city_zh": "南昌",
        "city_en": "Nanchang",
        "county_zh": "东湖",
        "county_en": "东湖",
        "schematic": True,
    }
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["geometry"]["coordinates"][0][0][0] == [115.8, 28.6]
    for other in (MAP, f"{MAP}?v=0"):
        assert client.get(other)["Cache-Control"] == "public, max-age=60"


def test_a_place_has_its_distance_where_somebody_said_from_where(client: Client) -> None:
    import_places([a_place("H1"), a_place("H2", longitude=115_900_000)])
    page = shown(client, longitude="115857963", latitude="28682892")
    assert page.index('data-place="H1"') < page.index('data-place="H2"')
    assert '<section class="map" data-map hidden' in page
    assert 'data-longitude="115.857963" data-latitude="28.682892" data-city' in page
    assert "4.1 km" in page
    for wrong in ("north", "999999999", ""):
        assert "km</span>" not in shown(client, longitude=wrong, latitude="28682892")
