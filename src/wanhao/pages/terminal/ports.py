"""What a terminal has beside its screen: a reader of identity cards, and a printer."""

from dataclasses import dataclass
from typing import Protocol

from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.values.errors import WanhaoError


class DeviceAwayError(WanhaoError):
    """Reader or printer did not answer, or somebody else answered in their place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCard:
    """What was read from an identity card's chip; it is compared, and never kept."""

    name: str
    number: str


class CardReader(Protocol):
    """Reads the identity card that lies on a terminal."""

    def read(self, terminal: TerminalView) -> ReadCard | None:
        """What stands on the card; None when none lies there. DeviceAwayError when the reader does
        not answer."""
        ...


class Printer(Protocol):
    """Prints on a terminal's roll of paper, 80 mm wide."""

    def print_out(self, terminal: TerminalView, paper: bytes) -> None:
        """Print a PDF. DeviceAwayError when the printer does not say that it did."""
        ...


@dataclass(slots=True)
class _Provided:
    reader: CardReader | None = None
    printer: Printer | None = None


_PROVIDED = _Provided()


def provide_devices(reader: CardReader | None, printer: Printer | None) -> None:
    """Say what reads cards and prints; called once when the web process starts."""
    _PROVIDED.reader, _PROVIDED.printer = reader, printer


def card_reader(terminal: TerminalView) -> CardReader | None:
    """What reads cards at a terminal; None where it has no reader."""
    return _PROVIDED.reader if terminal.devices_url else None


def printer(terminal: TerminalView) -> Printer | None:
    """What prints at a terminal; None where it has no printer."""
    return _PROVIDED.printer if terminal.devices_url else None
