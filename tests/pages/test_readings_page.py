"""Who looked at whose data: by employee, by customer, by day, for those who may audit."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import Settings

from tests.pages.recorded import recorded
from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.actions import record_read
from wanhao.access.models import Login
from wanhao.pages.console.reading_words import purpose_words, subject_words

NOW = datetime.now(UTC)
NUMBER = 16907910001
CHINESE = re.compile(r"[\u4e00-\u9fff]")

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(settings: Settings) -> dict[str, Login]:
    """A clerk in each of two cities, who each looked at a line."""
    settings.DEMO = False
    found = {"li.na": employed("li.na", NANCHANG), "zhao": employed("zhao", JIUJIANG)}
    record_read(found["li.na"], f"line {NUMBER}", "revealed name", NOW, reason="other card lost")
    record_read(found["zhao"], "account A7", "statement", NOW - timedelta(days=2))
    return found


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit/reads/{query}", headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_province_sees_everything_with_numbers_masked(
    client: Client, readers: dict[str, Login]
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    shown = page(client)
    assert "card lost" in shown
    assert "account A7" in shown
    assert "169****0001" in shown
    assert str(NUMBER) not in shown.split("<table")[1]


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?employee=li.na", "card lost", "account A7"),
        (f"?customer={NUMBER}", "card lost", "account A7"),
        ("?customer=A7", "account A7", "card lost"),
        (f"?day={NOW + timedelta(hours=8):%Y-%m-%d}", "card lost", "account A7"),
    ],
)
def test_it_is_found_by_employee_customer_and_day(
    client: Client, readers: dict[str, Login], query: str, seen: str, unseen: str
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    rows = page(client, query).split("<tbody>")[1]
    assert seen in rows
    assert unseen not in rows


def test_a_chinese_page_says_in_chinese_what_for_and_why(
    client: Client, readers: dict[str, Login]
) -> None:
    record_read(readers["zhao"], "search by document", "counter", NOW, reason="card 卡丢了")
    record_read(None, "account A8", "statement", NOW, reason=f"机主{NUMBER}来电")
    record_read(None, f"line {NUMBER}", f"test message by {NUMBER}", NOW)
    client.force_login(employed("chen", PROVINCE, "inspector"))
    shown = client.get("/audit/reads/", headers={"accept-language": "zh-CN"}).content.decode()
    rows = shown.split("<tbody>")[1]
    for words in (
        "查看完整姓名",
        "账户余额明细",
        "按证件号码查找",
        "营业台查找客户",
        "补卡或开户 · 卡丢了",
    ):
        assert words in rows
    for code in ("revealed", "statement", "counter", "search", "card 卡丢了", str(NUMBER)):
        assert code not in rows


def test_a_city_sees_its_own_people_only(client: Client, readers: dict[str, Login]) -> None:
    client.force_login(employed("chen", NANCHANG, "inspector"))
    assert "card lost" in page(client, "?employee=li.na")
    assert client.get("/audit/reads/").status_code == 403
    assert client.get("/audit/reads/?employee=zhao").status_code == 403


def test_a_clerk_sees_none_of_it(client: Client, readers: dict[str, Login]) -> None:
    client.force_login(readers["li.na"])
    assert client.get("/audit/reads/?employee=li.na").status_code == 403


def test_older_ones_are_on_the_next_page(client: Client, readers: dict[str, Login]) -> None:
    for place in range(55):
        record_read(readers["zhao"], f"account B{place}", "bill", NOW)
    client.force_login(employed("chen", PROVINCE, "inspector"))
    first = page(client, "?employee=zhao")
    assert first.count("account B") == 50
    before = first.split("before=")[1].split('"')[0]
    assert page(client, f"?employee=zhao&before={before}").count("account B") == 5


PURPOSES_RECORDED = recorded(2, "purpose")
SUBJECTS_RECORDED = recorded(1, "subject")


@pytest.mark.parametrize("purpose", sorted(PURPOSES_RECORDED))
def test_everything_that_is_recorded_has_a_name_in_both_languages(purpose: str) -> None:
    place = PURPOSES_RECORDED[purpose]
    for language in ("en", "zh-hans"):
        with override(language):
            words = purpose_words(purpose)
        assert words != purpose, place
        assert bool(CHINESE.search(words)) is (language == "zh-hans"), (place, words)


@pytest.mark.parametrize("subject", sorted(SUBJECTS_RECORDED))
def test_every_kind_of_data_has_a_name_in_both_languages(subject: str) -> None:
    kind, _, one = subject.rpartition(" ")
    with override("zh-hans"):
        assert CHINESE.search(subject_words(kind, one) or ""), SUBJECTS_RECORDED[subject]


def test_what_the_sources_record_is_found() -> None:
    known = {"statement", "bill 1 at the hall", "reminders", "export 1 by 1, 1", "counter"}
    assert known <= set(PURPOSES_RECORDED)
    assert len(PURPOSES_RECORDED) >= 30


@pytest.mark.parametrize(
    ("purpose", "words"),
    [
        ("bill 202611", "2026年11月账单"),
        ("detail at web by login 5", "逐条查看详单（网上营业厅）"),
        ("balance by assistant, token 7", "查余额"),
        ("ask balance by wang, level 2: 客户来电", "客户来电"),
        ("ask balance by someone, with level 3: why, level 2: 客户来电", "客户来电"),
        ("confirm by assistant, token 7", "令牌7"),
        ("bill 202699", "202699"),
        ("something old", "something old"),
    ],
)
def test_months_doors_and_items_are_called_by_their_names(purpose: str, words: str) -> None:
    with override("zh-hans"):
        assert words in purpose_words(purpose)


@pytest.mark.parametrize("query", ["?day=soon", "?employee=nobody"])
def test_what_cannot_be_understood_is_told(
    client: Client, readers: dict[str, Login], query: str
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    assert client.get(f"/audit/reads/{query}").status_code == 400


def test_a_customer_who_read_is_no_string_of_letters(
    client: Client, readers: dict[str, Login]
) -> None:
    mine = Login.objects.create(name="customer-64c06deb5e9d2d0f")
    record_read(mine, f"line {NUMBER}", "use by day at the hall", NOW)
    client.force_login(employed("chen", PROVINCE, "inspector"))
    rows = page(client).split("<tbody>")[1]
    assert "the customer" in rows
    assert "customer-64c0" not in rows
