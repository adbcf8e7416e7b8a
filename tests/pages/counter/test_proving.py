"""How sure the clerk is: a code read back, a document seen, compared or recorded."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests.pages.counter.shop import (
    CARD,
    HALL,
    NAME,
    NUMBER,
    begin,
    customer,
    level,
    move_to,
    see,
    shown,
)
from tests.staff.examples import employed
from wanhao.access.models import Login
from wanhao.communications.models import CommunicationMessage
from wanhao.outlets.counter.serving import steps_of
from wanhao.outlets.counter_contracts import IDLE, StepKind
from wanhao.outlets.models import CounterService
from wanhao.parties.documents import documents_of_lines, is_holder

pytestmark = pytest.mark.django_db
OTHER_CARD = "110105194912310038"


def code_sent() -> str:
    """What the customer reads on the handset."""
    message = CommunicationMessage.objects.filter(number=NUMBER).order_by("-id")[0]
    found = re.search(r"\d{6}", message.figures["text"])
    assert found is not None
    return found[0]


def document(client: Client, address: str, **changed: str) -> str:
    given = {"kind": "identity-card", "name": NAME, "number": CARD, "face": "on"} | changed
    return shown(client, f"{address}level/document/", **given)


class TestTheCode:
    def test_read_back_it_is_level_two(self, clerk: Client) -> None:
        address = begin(clerk)
        assert level(shown(clerk, address)) == 1
        clerk.post(f"{address}level/send/", {"next": ""})
        assert code_sent() not in shown(clerk, f"{address}level/")
        wrong = "000000" if code_sent() != "000000" else "111111"
        assert clerk.post(f"{address}level/code/", {"code": wrong}).status_code == 400
        assert level(shown(clerk, address)) == 1
        code = code_sent()
        assert clerk.post(f"{address}level/code/", {"code": code}).status_code == 302
        assert level(shown(clerk, address)) == 2

    def test_a_second_code_within_a_minute_is_refused(self, clerk: Client) -> None:
        address = begin(clerk)
        clerk.post(f"{address}level/send/", {})
        assert clerk.post(f"{address}level/send/", {}).status_code == 429

    def test_a_code_is_good_in_its_own_service_only(self, clerk: Client) -> None:
        first = begin(clerk)
        clerk.post(f"{first}level/send/", {})
        code = code_sent()
        second = begin(clerk)
        assert clerk.post(f"{second}level/code/", {"code": code}).status_code == 400


class TestTheDocument:
    def test_its_last_four_are_level_two(self, clerk: Client) -> None:
        see()
        address = begin(clerk)
        assert clerk.post(f"{address}level/seen/", {"tail": "9999"}).status_code == 400
        assert clerk.post(f"{address}level/seen/", {"tail": "002x"}).status_code == 302
        assert level(shown(clerk, address)) == 2

    def test_compared_whole_it_is_level_three(self, clerk: Client) -> None:
        see()
        address = begin(clerk)
        document(clerk, address)
        assert level(shown(clerk, address)) == 3

    @pytest.mark.parametrize(
        "changed",
        [{"number": OTHER_CARD}, {"name": "李四"}, {"kind": "passport", "number": "E12345678"}],
    )
    def test_another_one_is_refused_and_noted(self, clerk: Client, changed: dict[str, str]) -> None:
        see()
        address = begin(clerk)
        assert "不符" in document(clerk, address, **changed)
        assert level(shown(clerk, address)) == 1
        service = int(address.split("/")[2])
        assert StepKind.DOCUMENT_WRONG in [one.kind for one in steps_of(service)]

    def test_after_three_wrong_ones_not_even_the_right_one_helps_today(self, clerk: Client) -> None:
        see()
        address = begin(clerk)
        for _ in range(3):
            document(clerk, address, number=OTHER_CARD)
        document(clerk, address)
        assert level(shown(clerk, address)) == 1

    def test_the_face_must_be_compared(self, clerk: Client) -> None:
        see()
        address = begin(clerk)
        assert "照片" in document(clerk, address, face="")
        assert level(shown(clerk, address)) == 1


class TestTheFirstDocument:
    def test_with_the_code_it_is_recorded(self, clerk: Client) -> None:
        address = begin(clerk)
        assert "验证码" in document(clerk, address)
        assert documents_of_lines([customer().line_id]) == {}
        clerk.post(f"{address}level/send/", {})
        clerk.post(f"{address}level/code/", {"code": code_sent()})
        document(clerk, address)
        assert level(shown(clerk, address)) == 3
        assert is_holder(customer().line_id, NAME, CARD)

    def test_of_somebody_else_it_is_not(self, clerk: Client) -> None:
        address = begin(clerk)
        clerk.post(f"{address}level/send/", {})
        clerk.post(f"{address}level/code/", {"code": code_sent()})
        assert "不符" in document(clerk, address, name="李四")
        assert documents_of_lines([customer().line_id]) == {}

    def test_a_duty_manager_records_it_without_the_code(self, clerk: Client) -> None:
        employed("chen", role="")
        move_to("chen", HALL, "duty-manager")
        clerk.force_login(Login.objects.get(name="chen"))
        address = begin(clerk)
        document(clerk, address)
        assert level(shown(clerk, address)) == 3

    def test_a_number_with_a_wrong_check_digit_is_told(self, clerk: Client) -> None:
        address = begin(clerk)
        clerk.post(f"{address}level/send/", {})
        clerk.post(f"{address}level/code/", {"code": code_sent()})
        assert "逐位核对" in document(clerk, address, number="110105194912310021")


def test_after_half_an_hour_without_a_step_all_begins_anew(clerk: Client) -> None:
    see()
    address = begin(clerk)
    document(clerk, address)
    row = CounterService.objects.get()
    CounterService.objects.update(seen_at=row.seen_at - IDLE - timedelta(seconds=1))
    assert clerk.get(address)["Location"] == "/counter/?done=over"
    assert level(shown(clerk, begin(clerk))) == 1
