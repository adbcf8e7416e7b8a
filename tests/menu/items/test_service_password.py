"""The service password: set by who is known for certain; by message, name and document prove it."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    asked,
    asker,
    line,
    open_line,
    refused,
    said,
)
from wanhao.access.models import ServicePassword
from wanhao.access.service_passwords import check_service_password
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import Asker, Door, IdentityLevel, ReplyKind
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import record_document
from wanhao.workflows.move_card import move_card

NAME, CARD = "王小明", "360102199003071236"


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def by_message() -> Asker:
    return asker(door=Door.SMS, level=IdentityLevel.KNOWN)


def with_document() -> None:
    record_document(open_line().line_id, DocumentKind.IDENTITY_CARD, CARD, NOW, by="clerk")


def is_right(password: str) -> bool:
    return check_service_password(line().line_id, password, NOW).right


def test_it_is_set_and_kept_as_a_hash() -> None:
    open_line()
    assert said("service_password", new="283651").short == "服务密码已修改。"
    assert is_right("283651")
    assert "283651" not in ServicePassword.objects.get().hashed
    english = asker(language=EN)
    assert said("service_password", english, new="517394", old="283651").short.endswith("is set.")
    assert is_right("517394")


def test_an_initial_one_goes_to_the_handset_and_must_be_changed() -> None:
    open_line()
    reply = said("service_password")
    (message,) = CommunicationMessage.objects.all()
    password = message.figures["text"].split("是")[1][:6]
    assert password.isdigit()
    assert password not in reply.long
    assert check_service_password(line().line_id, password, NOW).must_change
    said("service_password", new="283651")
    assert not check_service_password(line().line_id, "283651", NOW).must_change


def test_easy_ones_are_refused() -> None:
    open_line()
    assert refused("service_password", new="12345") == "服务密码须为6位数字。"
    for easy in ("123456", "654321", "888888", "121212", "791000"):
        assert "太简单" in refused("service_password", new=easy)
    assert not ServicePassword.objects.exists()


def test_three_wrong_old_ones_end_the_day() -> None:
    open_line()
    said("service_password", new="283651")
    wrong = [refused("service_password", old="000000", new="517394") for _ in range(4)]
    assert "今天还可试2次" in wrong[0]
    assert "今天还可试0次" in wrong[2]
    assert "今天已输错3次" in wrong[3]
    assert "今天已输错3次" in refused("service_password", old="283651", new="517394")
    tomorrow = NOW + timedelta(days=1)
    assert said("service_password", now=tomorrow, old="283651", new="517394")


def test_by_message_name_and_document_prove_who_asks() -> None:
    with_document()
    reply = asked("service_password", by_message(), name=NAME, document=CARD, new="283651")
    assert reply.kind is ReplyKind.ANSWERED, reply.long
    assert is_right("283651")


def test_a_wrong_document_is_counted_and_then_refused() -> None:
    with_document()
    wrong = {"name": NAME, "document": "360102199003071244", "new": "283651"}
    told = [refused("service_password", by_message(), **wrong) for _ in range(4)]
    assert "今天还可试2次" in told[0]
    assert "今天已输错3次" in told[3]
    right = {**wrong, "document": CARD}
    assert "今天已输错3次" in refused("service_password", by_message(), **right)
    assert not ServicePassword.objects.exists()


def test_without_a_recorded_document_nothing_is_proved() -> None:
    open_line()
    told = refused("service_password", by_message(), name=NAME, document=CARD)
    assert told == "没有登记您的证件，请携证件到营业厅办理。"
    assert "机主姓名" in refused("service_password", by_message())
    assert not ServicePassword.objects.exists()


def test_a_document_proves_nothing_on_a_page() -> None:
    with_document()
    who = asker(door=Door.WEB, level=IdentityLevel.VERIFIED)
    reply = asked("service_password", who, name=NAME, document=CARD, new="283651")
    assert reply.kind is ReplyKind.TO_STEP_UP
    assert not ServicePassword.objects.exists()


def test_a_card_that_moves_takes_its_password_and_its_taste_along() -> None:
    group = open_line().group_id
    open_line(LI)
    said("service_password", asker(LI), new="283651")
    said("large_type", asker(LI), switch="on")
    before = line(LI).line_id
    move_card(LI, group, None, NOW)
    assert line(LI).line_id != before
    assert check_service_password(line(LI).line_id, "283651", NOW).right
    assert said("large_type", asker(LI)).data["on"]
