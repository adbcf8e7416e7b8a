"""Customers write, and are answered: the tables of the page, and what it promises besides."""

from datetime import date, datetime, time, timedelta

import pytest

from tests.channels.sms.hall.hall_door import HALL, a_part, answers, write
from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW
from tests.metering.pages import rows_of
from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.hall import serving
from wanhao.channels.sms.hall.answering import Hall
from wanhao.channels.sms.hall.codes import book_of
from wanhao.channels.sms.hall.contracts import WishKind
from wanhao.channels.sms.hall.grammar import understand
from wanhao.communications.actions import claim_for_sending
from wanhao.communications.incoming import incoming_counts, prune_incoming
from wanhao.communications.incoming_models import IncomingMessage, IncomingPart
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import Question, Reply
from wanhao.products.queries import products_of_groups
from wanhao.values.cycle import SHANGHAI

MAIN, SMITH, STRANGER = 16907920001, 16907930001, 16900000000
KINDS = {
    "asked": WishKind.ASK,
    "the menu": WishKind.MENU,
    "yes": WishKind.YES,
    "no": WishKind.NO,
    "how it is written": WishKind.WRONG_ARGUMENTS,
    "perhaps": WishKind.NEAR,
    "no such code": WishKind.NO_SUCH_CODE,
    "chatter": WishKind.CHATTER,
}


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


def _held(town: Town, now: datetime) -> set[str]:
    group = town.family.groups[0].group_id
    return {one.offering.code for one in products_of_groups({group}, now).get(group, ())}


def test_the_page_says_how_it_is_written() -> None:
    book = book_of("jiangxi", date(2026, 11, 20))
    for written, means, of in rows_of("sms-hall.md", "written | means"):
        wish = understand(written.strip("`"), book, None)
        assert wish.kind is KINDS[means], written
        found = [*([wish.entry] if wish.entry else []), *wish.near]
        assert not of or of in {entry.item for entry in found}, written


def test_the_page_says_what_is_answered(town: Town) -> None:
    for written, at, begins, changed in rows_of("sms-hall.md", "written by one line"):
        now = datetime.combine(NOW.date(), time.fromisoformat(at), SHANGHAI)
        before = _held(town, now)
        said = write(MAIN, written.strip("`"), now)
        assert len(said) == bool(begins), (written, at, said)
        assert not begins or said[0].startswith(begins), (written, at, said)
        assert _held(town, now) - before == ({changed} if changed else set()), (written, at)


def test_the_page_says_what_is_a_repeat(town: Town) -> None:
    now = NOW - timedelta(days=5)
    for first, after, reference, expected in rows_of("sms-hall.md", "first | then, after"):
        now += timedelta(hours=2)
        known = 7 if reference else None
        assert write(MAIN, first.strip("`"), now, network_reference=known)
        if reference:
            write(MAIN, "103", now + timedelta(seconds=1))
        later = now + timedelta(seconds=int(after.split()[0]))
        again = write(MAIN, first.strip("`"), later, network_reference=known)
        assert ("again" if not again else "new") == expected, (first, after)


def test_the_page_says_how_often_a_line_is_served(town: Town) -> None:
    start = NOW - timedelta(days=9)
    for messages, expected, last in rows_of("sms-hall.md", "messages within the hour"):
        start += timedelta(days=2)
        said: list[str] = []
        for place in range(int(messages)):
            text = "101" if place % 2 else "103"
            said += write(MAIN, text, start + timedelta(seconds=place))
        assert len(said) == int(expected)
        assert last in said[-1]


def test_after_the_hour_a_line_is_served_again_and_told_of_the_day_once(town: Town) -> None:
    hall = Hall(config=HallConfig(per_hour=3, per_day=5), sign_off="")
    said = []
    for hour in (0, 2, 4):
        for place, text in enumerate(("101", "103", "104", "105", "108")):
            now = NOW + timedelta(hours=hour, seconds=place)
            said.append(bool(write(MAIN, text, now, hall=hall)))
    told = "TTTT-" + "TTT--" + "-----"
    assert said == [letter == "T" for letter in told]
    assert "24小时内" in answers()[-1]


def test_a_stranger_is_told_once_a_day_and_costs_no_more(db: None) -> None:
    for hours in (0, 1, 23, 25):
        write(STRANGER, "101", NOW + timedelta(hours=hours))
    assert len(answers()) == 2
    assert "not with us" in answers()[0]
    assert IncomingMessage.objects.count() == 2


@pytest.mark.parametrize("source", ["10086", "", "abc", "106980001"])
def test_other_robots_are_never_answered(db: None, source: str) -> None:
    part = a_part(MAIN, "101")
    HALL.take([type(part)(source=source, destination="10001", data_coding=8, payload=b"")], NOW)
    assert answers() == []


def test_many_lines_are_answered_together_each_in_its_language(town: Town) -> None:
    HALL.take([a_part(MAIN, "101"), a_part(SMITH, "101"), a_part(MAIN, "0")], NOW)
    zh, en, menu = answers()
    assert zh.startswith("余额")
    assert "alance" in en
    assert menu.startswith("回复数字")


def test_answers_are_released_at_once_and_sent_in_the_night(town: Town) -> None:
    night = NOW.replace(hour=18)
    write(MAIN, "101", night)
    (message,) = claim_for_sending("sms-1", 10, night, sign_off="【万号】")
    assert message.text.endswith("【万号】")
    assert message.number == MAIN


def test_what_is_chosen_of_the_holdings_is_what_is_ended(town: Town) -> None:
    write(MAIN, "ktdcx5", NOW)
    write(MAIN, "Y", NOW + timedelta(seconds=1))
    (shown,) = write(MAIN, "0000", NOW + timedelta(seconds=2))
    assert "2. 短信包 5元" in shown


def test_a_long_answer_comes_page_by_page(town: Town) -> None:
    (first,) = write(MAIN, "ZF#", NOW)
    (first,) = write(MAIN, "ZF#packs", NOW + timedelta(minutes=1))
    assert first.startswith("(1/")
    assert "回复M2" in first
    (second,) = write(MAIN, "m2", NOW + timedelta(minutes=2))
    assert second.startswith("(2/")


def test_the_text_of_a_message_is_not_kept(town: Town) -> None:
    write(MAIN, "5030#张三#360102199003071234", NOW)
    (note,) = IncomingMessage.objects.all()
    assert "1990" not in note.said
    assert "张三" not in note.said


@pytest.mark.parametrize("code", ["503", "CXXZ", "SQXZ"])
def test_name_and_document_are_neither_kept_nor_said(town: Town, code: str) -> None:
    (answer,) = write(MAIN, f"{code}#张三#360102199003071234", NOW)
    (note,) = IncomingMessage.objects.all()
    assert note.said == code
    everything = f"{answer} {note.__dict__}"
    assert "360102199003071234" not in everything
    assert "张三" not in everything


def test_trouble_with_one_message_is_not_the_others(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(question: Question, now: datetime) -> Reply:
        if question.item == "pack_open":
            raise ZeroDivisionError
        return real(question, now)

    real = serving.ask
    monkeypatch.setattr(serving, "ask", ask)
    HALL.take([a_part(MAIN, "KTDCX5"), a_part(SMITH, "101")], NOW)
    assert sorted(said[:3] for said in answers()) == sorted(["系统忙", answers()[1][:3]])
    assert incoming_counts()["pack_open", "failed"] == 1


def _parts(text: str, cuts: int, reference: int = 9) -> list[object]:
    octets = text.encode("utf-16-be")
    size = -(-len(octets) // cuts)
    part = a_part(MAIN, "")
    return [
        type(part)(
            source=str(MAIN),
            destination="10001",
            data_coding=8,
            payload=octets[place * size : (place + 1) * size],
            reference=reference,
            total=cuts,
            index=place + 1,
        )
        for place in range(cuts)
    ]


def test_parts_are_joined_in_whatever_order_they_come(town: Town) -> None:
    first, second, third = _parts("１０１", 3)
    for place, part in enumerate((third, first, third, second)):
        HALL.take([part], NOW + timedelta(seconds=place))  # type: ignore[list-item]
    assert len(answers()) == 1
    assert IncomingPart.objects.count() == 0
    for place, part in enumerate((first, second, third)):
        HALL.take([part], NOW + timedelta(seconds=30 + place))  # type: ignore[list-item]
    assert len(answers()) == 1


def test_a_part_that_waits_too_long_belongs_to_nothing(town: Town) -> None:
    first, second = _parts("101 ", 2)
    HALL.take([first], NOW)  # type: ignore[list-item]
    HALL.take([second], NOW + timedelta(hours=2))  # type: ignore[list-item]
    assert answers() == []
    assert prune_incoming(NOW + timedelta(days=36))
    assert IncomingPart.objects.count() == 0
    assert not prune_incoming(NOW + timedelta(days=36))


def test_who_sends_parts_without_end_fills_nothing(town: Town) -> None:
    for reference in range(100):
        HALL.take(_parts("101 ", 2, reference)[:1], NOW)  # type: ignore[arg-type]
    assert IncomingPart.objects.count() <= 60


def test_notes_are_kept_for_35_days(town: Town) -> None:
    write(MAIN, "101", NOW)
    assert not prune_incoming(NOW + timedelta(days=35))
    assert prune_incoming(NOW + timedelta(days=35, seconds=1))
    assert IncomingMessage.objects.count() == 0
    assert CommunicationMessage.objects.count() == 1
