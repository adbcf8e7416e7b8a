"""Asks the program on a terminal's machine over HTTP: bounded in time and size, signed both ways.

Nothing is asked twice by itself: the customer presses again.
"""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.pages.terminal.devices.wire import (
    CARD,
    NONCE,
    PRINT,
    SIGNATURE,
    same,
    sign_answer,
    sign_question,
)
from wanhao.pages.terminal.ports import DeviceAwayError, ReadCard

SECONDS = 8.0
MOST_OCTETS = 16 * 1024
LOOK = "See that the program for card reader and printer runs on the terminal, with its key."
Told = TypeVar("Told", bound=BaseModel)


class _Card(BaseModel):
    name: str = Field(min_length=1, max_length=80)
    number: str = Field(min_length=5, max_length=18)


class _CardTold(BaseModel):
    card: _Card | None


class _PrintTold(BaseModel):
    printed: bool


class HttpDevices:
    """Both ports; `key_of` gives the key a terminal's program signs with."""

    def __init__(self, key_of: Callable[[int], str], seconds: float = SECONDS) -> None:
        self._key_of = key_of
        # No proxy and no credentials from the environment.
        self._http = httpx.Client(timeout=seconds, trust_env=False)

    def read(self, terminal: TerminalView) -> ReadCard | None:
        """The card that lies on the terminal."""
        card = self._ask(terminal, CARD, b"", _CardTold).card
        return None if card is None else ReadCard(name=card.name, number=card.number)

    def print_out(self, terminal: TerminalView, paper: bytes) -> None:
        """Print a PDF."""
        if not self._ask(terminal, PRINT, paper, _PrintTold).printed:
            raise DeviceAwayError("The printer did not print.", "See that it has paper.")

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _ask(self, terminal: TerminalView, path: str, body: bytes, kind: type[Told]) -> Told:
        key, nonce = self._key_of(terminal.terminal_id), secrets.token_hex(16)
        headers = {NONCE: nonce, SIGNATURE: sign_question(key, nonce, path, body)}
        try:
            answer = self._http.post(terminal.devices_url + path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise DeviceAwayError(f"{path} of {terminal.by}: {error!r}", LOOK) from error
        told, signed = answer.content, answer.headers.get(SIGNATURE, "")
        if answer.status_code != HTTPStatus.OK or len(told) > MOST_OCTETS:
            raise DeviceAwayError(f"{path} of {terminal.by}: {answer.status_code}", LOOK)
        if not same(signed, sign_answer(key, nonce, path, told)):
            raise DeviceAwayError(f"{path} of {terminal.by}: signed by somebody else", LOOK)
        try:
            return kind.model_validate_json(told)
        except ValidationError as error:
            raise DeviceAwayError(f"{path} of {terminal.by}: not understood", LOOK) from error
