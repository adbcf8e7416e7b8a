"""A customer queues at a hall: takes a number, books, asks for the place, comes, gives it back."""

import pytest

from tests.menu.items.customers import EN, LI, WANG, asker, line, open_line, refused, said
from tests.outlets.examples import a_place
from tests.outlets.halls import BY, HALL, MORNING, at, come, open_hall
from wanhao.menu.contracts import Door
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import call_next
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import set_desks
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.waiting import hops_of, tickets_of_line
from wanhao.products.actions import load_catalogue

pytestmark = pytest.mark.django_db
ITEM = "queue_ticket"


@pytest.fixture(autouse=True)
def _hall(db: None) -> None:
    load_catalogue()
    open_line(WANG)
    open_hall()


def test_a_number_is_taken_once_with_the_place_told() -> None:
    come()
    first = said(ITEM, now=MORNING, action="take", hall="样例")
    assert first.short == "您的号码A002，样例营业厅，前面1位，时间暂无法估计。"
    again = said(ITEM, asker(language=EN), now=MORNING, action="take", hall=HALL)
    assert again.short == (
        "Your number is A002, Sample Hall, 1 ahead of you, the time is not known yet."
    )
    (ticket,) = tickets_of_line(line().line_id, MORNING)
    assert [(hop.what, hop.by) for hop in hops_of(ticket.ticket_id)] == [("taken", "app")]


def test_the_care_lane_is_a_word_of_the_customer() -> None:
    told = said(ITEM, now=MORNING, action="take", hall=HALL, care=True)
    (ticket,) = told.data["tickets"]
    assert (ticket["label"], ticket["lane"]) == ("C001", "care")


def test_without_a_hall_it_is_the_only_one_of_the_city() -> None:
    assert "A001" in said(ITEM, now=MORNING, action="take").short


def test_several_halls_are_named_and_none_is_said() -> None:
    import_places([a_place("H2", name_zh="样例第二营业厅", hours="24/7")])
    set_desks("H2", [NewDesk(number=1)], MORNING)
    told = refused(ITEM, now=MORNING, action="take", hall="样例")
    assert told == "请说明是哪个营业厅：样例营业厅、样例第二营业厅。"
    assert "A001" in said(ITEM, now=MORNING, action="take", hall="样例营业厅").short
    assert "没有找到" in refused(ITEM, now=MORNING, action="take", hall="月球")


def test_free_times_are_told_and_one_of_them_is_booked() -> None:
    told = said(ITEM, now=MORNING, action="book", hall=HALL)
    assert "10:15" in told.short
    assert at("10:15").isoformat() in told.data["free"]
    booked = said(ITEM, now=MORNING, action="book", hall=HALL, time="1015")
    assert booked.short.startswith("您的号码B001，样例营业厅，预约11月23日 10:15") or (
        "10:15" in booked.short
    )
    assert "晚到超过30分钟" in booked.long


def test_a_time_that_is_over_today_is_meant_for_tomorrow() -> None:
    booked = said(ITEM, now=MORNING, action="book", hall=HALL, time="9:00")
    assert booked.data["tickets"][0]["booked_for"] == at("9:00", 24).isoformat()
    assert "10:30" in refused(ITEM, now=MORNING, action="book", hall=HALL, time="25:00")


def test_who_booked_comes_and_is_called() -> None:
    said(ITEM, now=at("9:00"), action="book", hall=HALL, time="10:00")
    there = said(ITEM, now=at("9:50"), action="arrive")
    assert there.data["tickets"][0]["state"] == "waiting"
    call_next(HALL, 1, at("9:50"), by=BY)
    assert said(ITEM, now=at("9:50")).short == "您的号码B001，样例营业厅，请到1号台。"


def test_a_place_is_given_back() -> None:
    assert "还没有排队号" in said(ITEM, now=MORNING).short
    assert refused(ITEM, now=MORNING, action="leave") == "您现在没有排队号。"
    said(ITEM, now=MORNING, action="take", hall=HALL)
    told = said(ITEM, now=MORNING, action="leave", hall="样例")
    assert told.data["tickets"][0]["state"] == TicketState.RETURNED.value
    assert tickets_of_line(line().line_id, MORNING) == []


def test_with_two_numbers_the_hall_must_be_named() -> None:
    import_places([a_place("H2", name_zh="第二厅", hours="24/7")])
    set_desks("H2", [NewDesk(number=1, services=(Service.REPAIR,))], MORNING)
    said(ITEM, now=MORNING, action="take", hall=HALL)
    said(ITEM, now=MORNING, action="take", hall="H2", service="repair")
    assert "您有2个号" in refused(ITEM, now=MORNING, action="leave")
    assert len(said(ITEM, now=MORNING).data["tickets"]) == 2
    assert "已取消第二厅" in said(ITEM, now=MORNING, action="leave", hall="第二").short


def test_nobody_sees_the_number_of_another_line() -> None:
    open_line(LI)
    said(ITEM, now=MORNING, action="take", hall=HALL)
    assert said(ITEM, asker(LI), now=MORNING).data == {"tickets": []}


def test_what_to_send_is_told_only_where_one_sends() -> None:
    assert "QH#" not in said(ITEM, now=MORNING, action="see").long
    assert "QH#" in said(ITEM, asker(door=Door.SMS), now=MORNING, action="see").long
