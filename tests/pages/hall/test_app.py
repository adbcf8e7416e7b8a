"""The hall as an app, as a server tells it: manifest, icons, worker, door, and what may be kept."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from PIL import Image

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock
from wanhao.pages.hall.visitors import KEPT

NUMBER = NUMBERS[Door.WEB]


@pytest.fixture
def customer(db: None, tmp_path: Path, client: Client) -> Iterator[Client]:
    with open_world(tmp_path / "usage", Example(item="usage", says="")):
        sign_in(client, NUMBER, clock.now())
        yield client


class TestInstalling:
    @pytest.mark.parametrize(
        ("language", "name"), [("zh-hans", "万号网上营业厅"), ("en", "wanhao online hall")]
    )
    def test_the_manifest_speaks_the_language_of_the_page(
        self, client: Client, language: str, name: str
    ) -> None:
        answer = client.get("/hall/app.webmanifest", headers={"accept-language": language})
        told = answer.json()
        assert answer["Content-Type"] == "application/manifest+json"
        assert (told["name"], told["lang"], told["id"]) == (name, language, "/hall/")
        assert told["display"] == "standalone"

    def test_each_icon_has_the_size_it_names(self, client: Client) -> None:
        for icon in client.get("/hall/app.webmanifest").json()["icons"]:
            if icon["type"] == "image/png":
                drawn = Image.open(BytesIO(client.get(icon["src"]).content))
                assert "x".join(map(str, drawn.size)) == icon["sizes"]
        assert client.get("/hall/icon-7.png").status_code == 404

    def test_a_masked_icon_fills_its_square(self, client: Client) -> None:
        drawn = Image.open(BytesIO(client.get("/hall/icon-masked-512.png").content)).convert("RGBA")
        assert drawn.getpixel((0, 0)) == (11, 95, 214, 255)
        plain = Image.open(BytesIO(client.get("/hall/icon-512.png").content)).convert("RGBA")
        assert plain.getpixel((0, 0))[3] == 0  # type: ignore[index]

    def test_the_worker_is_asked_for_anew_and_reaches_the_hall_alone(self, client: Client) -> None:
        answer = client.get("/hall/worker.js")
        assert answer["Cache-Control"] == "no-cache"
        assert answer["Service-Worker-Allowed"] == "/hall/"
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")


class TestTheDoor:
    def test_who_opens_the_app_asks_at_its_door_from_then_on(self, customer: Client) -> None:
        customer.get("/hall/?source=app")
        customer.get("/hall/")
        assert customer.session[KEPT]["door"] == Door.APP.value

    def test_who_signs_in_after_opening_the_app_does_too(self, client: Client, db: None) -> None:
        assert client.get("/hall/?source=app").status_code == 302
        assert client.session["hall-source"] == "app"


class TestKeeping:
    def test_pages_for_reading_may_be_kept_and_others_not(self, customer: Client) -> None:
        for path in ("/hall/", "/hall/do/balance/", "/hall/do/points/", "/hall/bills/"):
            assert customer.get(path).headers.get("Wanhao-Keep") == "1", path
        for path in ("/hall/me/", "/hall/do/pack_open/", "/hall/do/tariffs/", "/hall/part/"):
            assert "Wanhao-Keep" not in customer.get(path), path
        assert "Wanhao-Keep" not in customer.post("/hall/do/balance/")

    def test_pages_are_of_one_login_at_one_line(self, customer: Client) -> None:
        first = customer.get("/hall/")["Wanhao-Owner"]
        assert customer.get("/hall/me/")["Wanhao-Owner"] == first
        assert str(NUMBER) not in first
        sign_in(customer, NUMBERS[Door.APP], clock.now())
        assert customer.get("/hall/")["Wanhao-Owner"] not in ("", first)

    def test_nobody_signed_in_owns_nothing(self, customer: Client) -> None:
        customer.logout()
        for path in ("/hall/sign-in/", "/hall/do/tariffs/", "/hall/offline/"):
            answer = customer.get(path)
            assert answer["Wanhao-Owner"] == ""
            assert "Wanhao-Keep" not in answer

    def test_nothing_outside_the_hall_may_be_kept(self, customer: Client) -> None:
        for path in ("/queues/", "/catalogue/", "/staff/sign-in/"):
            answer = customer.get(path)
            assert "Wanhao-Owner" not in answer
            assert "Wanhao-Keep" not in answer
            assert "worker" not in answer.content.decode()
