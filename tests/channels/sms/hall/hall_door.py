"""Writes to the hall as the SMS process does, without a network between."""

from datetime import datetime

from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.encoding import InboundPart
from wanhao.channels.sms.hall.answering import Hall
from wanhao.communications.models import CommunicationMessage

HALL = Hall(config=HallConfig(key=b"tests"), sign_off="")


def a_part(number: int, text: str, **more: object) -> InboundPart:
    return InboundPart(
        source=str(number),
        destination="10001",
        data_coding=8,
        payload=text.encode("utf-16-be"),
        **more,  # type: ignore[arg-type]
    )


def answers() -> list[str]:
    """Everything answered so far, in order."""
    rows = CommunicationMessage.objects.filter(rule="reply").order_by("id")
    return list(rows.values_list("figures__text", flat=True))


def write(number: int, text: str, now: datetime, *, hall: Hall = HALL, **more: object) -> list[str]:
    """What is answered to one message."""
    before = len(answers())
    hall.take([a_part(number, text, **more)], now)
    return answers()[before:]
