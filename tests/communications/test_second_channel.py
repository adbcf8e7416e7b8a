"""Required messages that SMS did not carry go another way, and what waited for them goes on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.communications.conftest import Town
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    in_hand,
    released,
    state_of,
    step_up,
    voice_crossing,
)
from wanhao.communications.actions import (
    claim_for_sending,
    claim_mail,
    mark_accepted,
    mark_failed,
    mark_mail_accepted,
    mark_mail_refused,
    mark_read,
    mark_unknown,
    offer_second_channel,
    put_back,
    record_receipt,
    release_due,
)
from wanhao.communications.contracts import Metric, OutgoingMessage, Receipt, ReceiptState, Trigger
from wanhao.communications.inbox import inbox, unread
from wanhao.communications.models import CommunicationMessage, InboxItem
from wanhao.parties.actions import set_medium_of_customer
from wanhao.parties.contracts import ContactMedium, MediumKind, OpenedAccount
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise, PromiseState
from wanhao.promises.queries import promises

APP = ContactMedium(kind=MediumKind.APP, value="li")
MAIL = ContactMedium(kind=MediumKind.EMAIL, value="li@example.com")
SOON = NOW + timedelta(minutes=9, seconds=59)
LATE = NOW + timedelta(minutes=10)
NEXT_MONTH = datetime(2026, 12, 1, 4, tzinfo=UTC)


def has(account: OpenedAccount, *media: ContactMedium) -> int:
    line = account.groups[0].lines[0].line_id
    for medium in media:
        set_medium_of_customer(line, medium, NOW)
    return line


def offered(now: datetime, *, mail: bool = True) -> int:
    return offer_second_channel(now, mail=mail)


def row() -> CommunicationMessage:
    return CommunicationMessage.objects.get()


def refused(town: Town) -> OutgoingMessage:
    (message,) = in_hand(data_crossing(town.family))
    mark_failed(message.message_id, "ESME_RINVDSTADR", LATER)
    return message


def test_what_the_sms_centre_refused_is_put_into_the_inbox(town: Town) -> None:
    line = has(town.family, APP, MAIL)
    message = refused(town)
    assert offered(LATER) == 1

    (item,) = inbox([line])
    assert (item.text, item.stored_at, item.read_at) == (message.text, LATER, None)
    assert (row().state, row().channel, row().accepted_at) == ("accepted", "app", LATER)
    assert offered(LATER) == 0


def test_what_was_read_in_the_inbox_is_delivered(town: Town) -> None:
    line = has(town.family, APP)
    refused(town)
    offered(LATER)
    (item,) = inbox([line])

    assert not mark_read(line + 1, item.item_id, LATE)
    assert unread([line]) == 1
    assert mark_read(line, item.item_id, LATE)
    assert not mark_read(line, item.item_id, LATE)
    assert (row().state, row().delivered_at, unread([line])) == ("delivered", LATE, 0)


def test_a_message_sms_does_not_take_waits_ten_minutes_for_it(town: Town) -> None:
    has(town.family, APP)
    released(data_crossing(town.family))
    assert offered(SOON) == 0
    assert offered(LATE) == 1
    assert (row().state, row().channel) == ("accepted", "app")
    assert claim_for_sending("sms", 10, LATE) == []


def test_what_was_never_answered_for_goes_another_way_after_three_attempts(town: Town) -> None:
    has(town.family, APP)
    (message,) = in_hand(data_crossing(town.family))
    for _ in range(2):
        mark_unknown(message.message_id, LATER)
        assert offered(LATER) == 0
        claim_for_sending("sms", 10, LATER)
    mark_unknown(message.message_id, LATER)
    assert offered(LATER) == 1
    assert state_of(message.message_id) == "accepted"


def test_comfort_has_no_second_channel(town: Town) -> None:
    has(town.family, APP, MAIL)
    (message,) = in_hand(voice_crossing(town.family))
    mark_failed(message.message_id, "refused", LATER)
    released(balance_crossing(town.family))
    assert offered(LATE) == 0
    assert not InboxItem.objects.exists()


def test_who_has_nothing_else_is_asked_once(town: Town) -> None:
    message = refused(town)
    assert offered(LATER) == 1
    assert offered(LATER) == 0
    assert (state_of(message.message_id), row().second) == ("failed", "none")


def test_without_a_mail_server_a_mail_box_is_no_second_channel(town: Town) -> None:
    has(town.family, MAIL)
    refused(town)
    offered(LATER, mail=False)
    assert row().second == "none"


def test_mail_carries_what_the_sms_centre_refused(town: Town) -> None:
    has(town.family, MAIL)
    message = refused(town)
    offered(LATER)
    release_due(LATER)
    assert claim_for_sending("sms", 10, LATER) == []
    (mail,) = claim_mail("mail", 10, LATER)

    assert (mail.address, mail.text) == ("li@example.com", message.text)
    assert mark_mail_accepted(mail.message_id, LATE)
    assert (row().state, row().channel, row().accepted_at) == ("accepted", "email", LATE)


def test_whoever_comes_first_carries_what_sms_may_still_take(town: Town) -> None:
    has(town.family, MAIL)
    released(data_crossing(town.family))
    offered(LATE)
    (message,) = claim_for_sending("sms", 10, LATE)
    assert claim_mail("mail", 10, LATE) == []

    put_back(message.message_id, LATE)
    (mail,) = claim_mail("mail", 10, LATE)
    assert claim_for_sending("sms", 10, LATE) == []
    assert mark_mail_accepted(mail.message_id, LATE)
    assert row().channel == "email"


def test_a_receipt_that_comes_twice_says_nothing_of_the_mail(town: Town) -> None:
    has(town.family, MAIL)
    (message,) = in_hand(data_crossing(town.family))
    mark_accepted(message.message_id, ["one"], LATER)
    refused = Receipt(
        channel_message_id="one",
        number=message.number,
        state=ReceiptState.FAILED,
        error="UNDELIV",
        received_at=LATER,
    )
    assert record_receipt(refused)
    offered(LATER)
    release_due(LATER)
    (mail,) = claim_mail("mail", 10, LATER)
    assert mark_mail_accepted(mail.message_id, LATE)
    record_receipt(refused)
    assert (row().state, row().channel) == ("accepted", "email")


def test_mail_that_is_refused_leaves_the_message_to_sms(town: Town) -> None:
    has(town.family, MAIL)
    released(data_crossing(town.family))
    offered(LATE)
    (mail,) = claim_mail("mail", 10, LATE)
    assert mark_mail_refused(mail.message_id, "550 no such user", LATE)

    assert claim_mail("mail", 10, LATE) == []
    (message,) = claim_for_sending("sms", 10, LATE)
    assert mark_accepted(message.message_id, ["a1"], LATE)
    assert row().channel == "sms"


def test_what_everybody_refused_has_failed(town: Town) -> None:
    has(town.family, MAIL)
    refused(town)
    offered(LATER)
    release_due(LATER)
    (mail,) = claim_mail("mail", 10, LATER)
    mark_mail_refused(mail.message_id, "550 no such user", LATER)

    assert (row().state, row().error) == ("failed", "550 no such user")
    assert offered(LATE) == 0


def test_what_waited_goes_on_when_the_inbox_has_it(town: Town) -> None:
    has(town.family, APP)
    held(town)
    released(_holding(town))
    assert _promise() is PromiseState.HELD
    offered(LATE)
    assert _promise() is PromiseState.OPEN


def test_what_waited_goes_on_when_sms_or_mail_took_it(town: Town) -> None:
    has(town.family, MAIL)
    held(town)
    released(_holding(town))
    offered(LATE)
    (mail,) = claim_mail("mail", 10, LATE)
    assert _promise() is PromiseState.HELD
    mark_mail_accepted(mail.message_id, LATE)
    assert _promise() is PromiseState.OPEN


def test_what_waited_goes_on_with_a_receipt_for_what_was_never_answered(town: Town) -> None:
    held(town)
    (message,) = in_hand(_holding(town))
    for _ in range(3):
        mark_unknown(message.message_id, LATER)
        claim_for_sending("sms", 10, LATER)
    assert (state_of(message.message_id), _promise()) == ("unknown", PromiseState.HELD)

    assert record_receipt(
        Receipt(
            channel_message_id="q1",
            number=message.number,
            state=ReceiptState.DELIVERED,
            error="",
            received_at=LATE,
        )
    )
    assert (state_of(message.message_id), _promise()) == ("delivered", PromiseState.OPEN)


def test_what_holds_a_promise_does_not_grow_old(town: Town) -> None:
    held(town)
    released(_holding(town))
    week = NOW + timedelta(days=7)
    release_due(week)
    assert row().state == "released"
    assert len(claim_for_sending("sms", 10, week)) == 1


def held(town: Town) -> None:
    make([NewPromise(kind="test-stop", key="1", due_at=NOW, held=True)], NOW)


def _holding(town: Town) -> Trigger:
    return replace(step_up(town.family), holds=("test-stop", "1"))


def _promise() -> PromiseState:
    return promises("test-stop", ["1"])["1"].state


def test_what_was_to_be_told_of_a_month_that_is_over_holds_nothing_any_more(town: Town) -> None:
    held(town)
    data_stop = replace(_holding(town), metric=Metric.DATA_STOP)
    released(data_stop)
    release_due(NEXT_MONTH)
    assert claim_for_sending("sms", 10, NEXT_MONTH) == []
    assert (row().state, row().error) == ("withdrawn", "the month is over")
    assert _promise() is PromiseState.WITHDRAWN
