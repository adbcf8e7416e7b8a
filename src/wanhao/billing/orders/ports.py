"""What payment orders ask of a channel, and which channels are connected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import (
    OrderView,
    RefundTold,
    RefundView,
    StatementRow,
    TradeTold,
)
from wanhao.values.errors import WanhaoError


class ChannelAwayError(WanhaoError):
    """A channel gave no answer that can be believed; what was asked may have happened."""


class ChannelRefusedError(WanhaoError):
    """A channel answered, and will not do what was asked."""


class PaymentChannel(Protocol):
    """A channel at which customers pay. Everything may be asked again: numbers make it once.

    Each raises ChannelAwayError or ChannelRefusedError.
    """

    def begin(self, order: OrderView, payer_ip: str) -> str:
        """What the customer is shown: the text of a QR code, or an address."""
        ...

    def look_up(self, number: str) -> TradeTold:
        """What an order is there; UNKNOWN when the channel never heard of it."""
        ...

    def close(self, number: str) -> None:
        """Nobody can pay the order any more; ChannelRefusedError when somebody has."""
        ...

    def refund(self, refund: RefundView) -> RefundTold:
        """Give money back; asked again under the same number, how far that is."""
        ...

    def statement(self, day: date) -> Sequence[StatementRow]:
        """Every payment and refund of a day of Asia/Shanghai, as the channel counted it."""
        ...


@dataclass(slots=True)
class Connected:
    """The adapters behind the port, given by the project when a process starts."""

    channels: Mapping[Channel, PaymentChannel] = field(default_factory=dict)


CONNECTED = Connected()


def provide_channels(channels: Mapping[Channel, PaymentChannel]) -> None:
    """Say which channels there are; called once when a process starts."""
    CONNECTED.channels = channels


def connected_channels() -> tuple[Channel, ...]:
    """The channels a customer can choose among."""
    return tuple(CONNECTED.channels)


def found_channel(channel: Channel) -> PaymentChannel | None:
    """The adapter of a channel, None where it is not connected."""
    return CONNECTED.channels.get(channel)


def payment_channel(channel: Channel) -> PaymentChannel:
    """The adapter of a channel; WanhaoError when it is not connected."""
    found = CONNECTED.channels.get(channel)
    if found is None:
        raise WanhaoError(
            f"Nobody can pay by {channel} here.", "Choose another way to pay, or connect it."
        )
    return found
