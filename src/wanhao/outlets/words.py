"""What a place is called and what it is found by."""

from collections.abc import Mapping

from wanhao.outlets.contracts import NewPlace, PlaceKind, Service
from wanhao.parties.contracts import City

KINDS: Mapping[PlaceKind, tuple[str, str]] = {
    PlaceKind.HALL: ("营业厅", "hall"),
    PlaceKind.AGENT: ("代办点", "agent's point"),
    PlaceKind.HOTSPOT: ("无线热点", "WiFi hotspot"),
}
SERVICES: Mapping[Service, tuple[str, str]] = {
    Service.NEW_LINE: ("新装选号", "new lines"),
    Service.SIM_CARD: ("补换卡", "SIM cards"),
    Service.PAYMENT: ("缴费充值", "payments"),
    Service.BROADBAND: ("宽带业务", "broadband"),
    Service.INVOICE: ("发票", "invoices"),
    Service.REPAIR: ("报修", "repairs"),
    Service.TERMINAL: ("自助终端", "self-service terminal"),
    Service.LOST_PROPERTY: ("失物招领", "lost property"),
    Service.BARRIER_FREE: ("无障碍设施", "barrier-free"),
}


def words_of(place: NewPlace, cities: Mapping[str, City]) -> str:
    """Everything a place is found by, in small letters."""
    city = cities[place.city]
    told = [
        *(place.name_zh, place.name_en, place.county_zh, place.county_en),
        *(place.address_zh, place.address_en, place.ssid, city.name_zh, city.name_en),
        *KINDS[place.kind],
        *(word for service in place.services for word in SERVICES[service]),
    ]
    return " ".join(word.lower() for word in told if word)
