"""The pages of the catalogue: families, search, and all terms of one offering in words."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from wanhao.products.actions import load_catalogue
from wanhao.products.queries import offerings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


@pytest.fixture
def loaded() -> None:
    load_catalogue()


def page(client: Client, path: str = "/catalogue/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.usefixtures("loaded")
def test_everything_on_sale_is_listed_by_family(client: Client) -> None:
    shown = page(client)
    assert "63 offerings" in shown
    for offering in offerings():
        assert f'href="/catalogue/{offering.code}/"' in shown
    assert "¥59.00 a month" in shown
    assert "100 minutes · 30 messages · 500 MB" in shown
    assert shown.index("Lexiang 4G") < shown.index("Fei Young") < shown.index("Broadband")


@pytest.mark.usefixtures("loaded")
def test_a_family_and_a_word_narrow_it_down(client: Client) -> None:
    shown = page(client, "/catalogue/?family=packs&q=sms")
    assert "3 of 63" in shown
    assert 'href="/catalogue/sms-pack-5/"' in shown
    assert 'href="/catalogue/data-pack-10/"' not in shown
    assert "短信包 5元" in page(client, "/catalogue/?q=短信", "zh-hans")


@pytest.mark.usefixtures("loaded")
def test_a_word_that_nothing_fits_says_what_to_do(client: Client) -> None:
    shown = page(client, "/catalogue/?q=%3Cgold%3E")
    assert "Nothing fits." in shown
    assert "show everything" in shown
    assert "&lt;gold&gt;" in shown
    assert "<gold>" not in shown


def test_an_empty_catalogue_says_how_to_load_one(client: Client) -> None:
    shown = page(client)
    assert "Nothing is on sale yet." in shown
    assert "<code>wanhao catalogue load</code>" in shown


@pytest.mark.usefixtures("loaded")
def test_a_plan_is_told_in_full(client: Client) -> None:
    shown = page(client, "/catalogue/lexiang-4g-59/")
    for sentence in (
        "¥59.00 a month.",
        "The first month counts by days, the day it begins among them.",
        "Unused data is there in the next month once more, and is used first.",
        "A call is rounded up to units of 60 seconds.",
        "Data beyond that costs ¥0.30 an MB until it comes to ¥30.00.",
        "The rest of each 500 MB is then free, and after it the count begins anew.",
        "It comes to ¥600.00 a month at most.",
        "At 15 GB beyond, data stops until the month ends or the customer asks to go on.",
        "A change to this plan takes effect on the 1st of next month.",
        "On sale since 2014-07-01.",
        "The contract runs for two years and goes on by itself.",
        "Figures: 乐享4G tariff sheet, July 2014.",
        "Chosen for the demo: messages included",
    ):
        assert sentence in shown
    assert '<a href="/catalogue/auto-upgrade-3952/">Automatic upgrade 3952</a>' in shown
    assert '<td class="figure">¥2.99</td>' in shown


@pytest.mark.usefixtures("loaded")
def test_an_upgrade_shows_its_tiers_and_the_family_it_excludes(client: Client) -> None:
    shown = page(client, "/catalogue/auto-upgrade-3952/")
    assert "No fee of its own." in shown
    assert '<th scope="row">100 MB</th><td class="figure">¥10.00</td>' in shown
    assert '<th scope="row">2 GB</th><td class="figure">¥100.00</td>' in shown
    assert "everything of Lexiang 4G" in shown
    assert "Each step up is told by SMS with its fee." in shown
    assert "Its figures were chosen for the demo" in shown


@pytest.mark.usefixtures("loaded")
def test_what_is_no_longer_sold_says_so(client: Client) -> None:
    shown = page(client, "/catalogue/lexiang-3g-chat-59/")
    assert "no longer on sale" in shown
    assert "It was on sale from 2014-01-01 until 2015-09-30; who has it keeps it." in shown


@pytest.mark.usefixtures("loaded")
def test_every_offering_can_be_read_in_both_languages(client: Client) -> None:
    for offering in offerings():
        for language, name in (("zh-hans", offering.name_zh), ("en", offering.name_en)):
            shown = page(client, f"/catalogue/{offering.code}/", language)
            assert f"<h1>{name}</h1>" in shown
            assert "%(" not in shown
            demo = "demo price" if language == "en" else "演示价"
            assert (demo in shown) or not offering.is_demo


@pytest.mark.usefixtures("loaded")
def test_chinese_is_spoken_in_whole_sentences(client: Client) -> None:
    shown = page(client, "/catalogue/lexiang-4g-59/", "zh-hans")
    assert "每月¥59.00。" in shown
    assert "首月按天计费，开通当天计入。" in shown
    assert "套餐外流量达到15 GB时暂停上网，到月底恢复，或由客户申请继续使用。" in shown
    assert "数据来源：乐享4G资费表，2014年7月。" in shown


@pytest.mark.usefixtures("loaded")
def test_the_pages_ask_the_database_a_fixed_number_of_times(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # What the offerings say is remembered; whether it is still so is asked each time.
    page(client, "/catalogue/")
    for path in ("/catalogue/", "/catalogue/lexiang-4g-59/"):
        with django_assert_num_queries(2):
            page(client, path)


@pytest.mark.usefixtures("loaded")
def test_a_code_nobody_knows_is_not_found(client: Client) -> None:
    assert client.get("/catalogue/gold/").status_code == 404


@pytest.mark.parametrize("path", ["/catalogue/", "/catalogue/lexiang-4g-59/"])
def test_outside_the_demo_a_stranger_is_sent_to_sign_in(
    client: Client, settings: Settings, path: str
) -> None:
    settings.DEMO = False
    response = client.get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/staff/sign-in/?next=")
