"""Mail over a real socket, to a server we did not write."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW, data_crossing, in_hand, state_of
from wanhao.channels.email.contracts import SmtpConfig, smtp_config
from wanhao.channels.email.sender import MailServerAwayError, send_mail
from wanhao.communications.actions import (
    claim_for_sending,
    mark_failed,
    offer_second_channel,
    release_due,
)
from wanhao.communications.models import CommunicationMessage
from wanhao.parties.actions import set_medium_of_customer
from wanhao.parties.contracts import ContactMedium, MediumKind, OpenedAccount
from wanhao.values.errors import WanhaoError

LATER = NOW + timedelta(seconds=5)


class MailServer:
    """Takes mail for anybody but those it refuses; hangs up in the middle when told to."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.refused: dict[str, str] = {}
        self.hang_ups = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd looks for this name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.hang_ups:
            self.hang_ups -= 1
            server.transport.close()
            return "421 gone"
        self.taken.append(envelope)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[MailServer, SmtpConfig]]:
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=_free_port())
    controller.start()
    url = f"smtp://127.0.0.1:{controller.port}"
    yield handler, smtp_config(url, "notice@wanhao.example", "【万号】")
    controller.stop()


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def waits_for_mail(account: OpenedAccount, address: str) -> int:
    """A required message the SMS centre refused, of a customer with a mail box; its id."""
    line = account.groups[0].lines[0].line_id
    set_medium_of_customer(line, ContactMedium(kind=MediumKind.EMAIL, value=address), NOW)
    (message,) = in_hand(data_crossing(account))
    mark_failed(message.message_id, "refused", NOW)
    offer_second_channel(NOW, mail=True)
    release_due(NOW)
    return message.message_id


def send(config: SmtpConfig) -> int:
    return send_mail("mail-1", config, lambda: LATER)


def test_a_mail_says_what_the_sms_would_have_said(
    town: Town, server: tuple[MailServer, SmtpConfig]
) -> None:
    handler, config = server
    message = waits_for_mail(town.family, "li@example.com")
    assert send(config) == 1

    row = CommunicationMessage.objects.get(id=message)
    assert (row.state, row.channel, row.accepted_at) == ("accepted", "email", LATER)
    (envelope,) = handler.taken
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert envelope.rcpt_tos == ["li@example.com"]
    assert (mail["From"], mail["To"]) == ("notice@wanhao.example", "li@example.com")
    assert (mail["Subject"], mail.get_content().strip()) == ("服务提醒", row.text)
    assert row.text.endswith("【万号】")
    assert send(config) == 0


def test_a_mail_box_that_does_not_exist_fails_and_the_others_get_theirs(
    town: Town, server: tuple[MailServer, SmtpConfig]
) -> None:
    handler, config = server
    handler.refused["gone@example.com"] = "550 no such user"
    gone = waits_for_mail(town.family, "gone@example.com")
    good = waits_for_mail(town.smith, "smith@example.com")
    assert send(config) == 2

    assert (state_of(gone), state_of(good)) == ("failed", "accepted")
    assert CommunicationMessage.objects.get(id=gone).error == "550 no such user"
    assert message_from_bytes(handler.taken[0].content)["Subject"] == "Service notice"


def test_a_mail_box_that_is_full_today_is_tried_again(
    town: Town, server: tuple[MailServer, SmtpConfig]
) -> None:
    handler, config = server
    handler.refused["li@example.com"] = "452 mail box is full"
    message = waits_for_mail(town.family, "li@example.com")
    send(config)
    assert state_of(message) == "released"

    del handler.refused["li@example.com"]
    send(config)
    assert state_of(message) == "accepted"


def test_a_server_that_hangs_up_gets_the_same_mail_again(
    town: Town, server: tuple[MailServer, SmtpConfig]
) -> None:
    handler, config = server
    handler.hang_ups = 1
    messages = [
        waits_for_mail(town.family, "li@example.com"),
        waits_for_mail(town.smith, "smith@example.com"),
    ]
    with pytest.raises(MailServerAwayError):
        send(config)
    assert [state_of(one) for one in messages] == ["released", "released"]
    assert CommunicationMessage.objects.get(id=messages[0]).unanswered == 1

    assert send(config) == 2
    assert [state_of(one) for one in messages] == ["accepted", "accepted"]
    ids = [message_from_bytes(one.content)["Message-ID"] for one in handler.taken]
    assert ids == [f"<wanhao-{one}@wanhao.example>" for one in messages]


def test_while_no_server_answers_the_mail_waits(town: Town) -> None:
    message = waits_for_mail(town.family, "li@example.com")
    nowhere = smtp_config(f"smtp://127.0.0.1:{_free_port()}", "notice@wanhao.example", "")
    with pytest.raises(MailServerAwayError):
        send(nowhere)
    row = CommunicationMessage.objects.get(id=message)
    assert (row.state, row.unanswered) == ("released", 0)
    assert claim_for_sending("sms", 10, LATER) == []


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password", "starttls", "tls"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, "", "", False, False),
        ("smtps://a:b%40c@mail.example.com", "mail.example.com", 465, "a", "b@c", False, True),
        ("smtp+starttls://mail.example.com:2525", "mail.example.com", 2525, "", "", True, False),
    ],
)
def test_the_address_of_a_server_is_read(
    url: str, host: str, port: int, user: str, password: str, starttls: bool, tls: bool
) -> None:
    assert smtp_config(url, "a@b.example", "") == SmtpConfig(
        host=host,
        port=port,
        sender="a@b.example",
        user=user,
        password=password,
        starttls=starttls,
        tls=tls,
        sign_off="",
    )


@pytest.mark.parametrize("url", ["mail.example.com", "http://mail.example.com", "smtp://:x"])
def test_what_is_no_mail_server_is_refused(url: str) -> None:
    with pytest.raises(WanhaoError, match="WANHAO_SMTP_URL"):
        smtp_config(url, "a@b.example", "")
