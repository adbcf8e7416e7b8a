"""Queues of halls, connected to whoever tells customers."""

from wanhao.outlets.ports import provide_teller
from wanhao.workflows.tell_who_is_near import TellByMessage


def wire_queues() -> None:
    """Put the messages behind the port."""
    provide_teller(TellByMessage())
