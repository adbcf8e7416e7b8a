"""Gives the page of phones its readers: the cast of the demo, and the local SMSC's handsets."""

import http.client
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from wanhao.pages.phones.ports import (
    CastCard,
    HandsetMessage,
    HandsetsUnreachableError,
    Journey,
    provide_phones,
)
from wanhao.products import queries as products
from wanhao.products.contracts import Offering
from wanhao.project.clock import DemoClock, demo_clock
from wanhao.project.demo.cast import CastMember, cast, reference_of
from wanhao.project.env import environment

TIMEOUT_SECONDS = 2.0
SHORT = 70
"""Characters of a text that goes as one part whatever it is written in."""


class DemoCast:
    """The cast as the page shows it, with the plans as they are named in the catalogue."""

    def cast(self) -> tuple[CastCard, ...]:
        """Everybody, in the order of the cast file."""
        plans = {offering.code: offering for offering in products.offerings()}
        return tuple(_card(member, plans.get(member.plan)) for member in cast())


class HttpHandsets:
    """Reads what the local SMSC delivered, over HTTP on this machine.

    A question that is not answered in time is not asked again: the page asks anew within seconds.
    """

    def __init__(
        self,
        port: int,
        timeout: float = TIMEOUT_SECONDS,
        shown: Callable[[datetime], datetime] = lambda machine: machine,
        destination: str = "10001",
    ) -> None:
        self._port, self._timeout, self._shown = port, timeout, shown
        self._destination = destination

    def messages_to(self, numbers: Collection[int]) -> Mapping[int, Sequence[HandsetMessage]]:
        """The latest messages to each handset, oldest first, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        with closing(connection):
            try:
                return {number: self._ask(connection, number) for number in numbers}
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                raise HandsetsUnreachableError(str(error)) from error

    def write(self, number: int, text: str) -> None:
        """Send a text from this handset, in parts where it is long."""
        style = "plain" if len(text) <= SHORT else "udh8"
        sent = {"from": str(number), "to": self._destination, "text": text, "style": style}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._timeout)
        with closing(connection):
            try:
                kind = {"Content-Type": "application/json"}
                connection.request("POST", "/deliver", json.dumps(sent), kind)
                if connection.getresponse().status != http.HTTPStatus.OK:
                    raise http.client.HTTPException("the SMSC did not take the message")
            except (OSError, http.client.HTTPException) as error:
                raise HandsetsUnreachableError(str(error)) from error

    def _ask(
        self, connection: http.client.HTTPConnection, number: int
    ) -> tuple[HandsetMessage, ...]:
        connection.request("GET", f"/messages/{number}")
        response = connection.getresponse()
        body = response.read()
        if response.status != http.HTTPStatus.OK:
            raise http.client.HTTPException(f"the SMSC answered {response.status}")
        found = json.loads(body)
        return (
            *(self._message(entry, own=True) for entry in found.get("written", ())),
            *(self._message(entry) for entry in found["messages"]),
        )

    def _message(self, entry: Mapping[str, Any], *, own: bool = False) -> HandsetMessage:
        return HandsetMessage(
            at=self._shown(datetime.fromtimestamp(entry["at"] / 1000, UTC)),
            sender=entry["from"],
            text=entry["text"],
            own=own,
        )


class DemoTraveller:
    """Sends the demo's clock ahead for the page of phones."""

    def __init__(self, clock: DemoClock) -> None:
        self._clock = clock

    def journey(self) -> Journey | None:
        """Where the demo is on its way through a month; None while time passes as usual."""
        haste = self._clock.haste()
        if haste is None or not self._clock.hurries():
            return None
        return Journey(began=haste.shown, shown=self._clock(), goal=haste.goal, speed=haste.speed)

    def pass_a_month(self) -> None:
        """Let the coming month pass in about ten minutes, unless it does already."""
        if not self._clock.hurries():
            self._clock.pass_a_month()


def wire_phones() -> None:
    """Connect the page of phones to the demo; without the demo it stays away."""
    env = environment()
    if env.demo:
        handsets = HttpHandsets(
            env.demo_smsc_http_port, shown=demo_clock().shown, destination=env.sms_source
        )
        provide_phones(DemoCast(), handsets, DemoTraveller(demo_clock()), handsets)


def _card(member: CastMember, plan: Offering | None) -> CastCard:
    return CastCard(
        number=member.number,
        name_zh=member.name_zh,
        name_en=member.name_en,
        story_zh=member.who_zh,
        story_en=member.who_en,
        plan_zh=plan.name_zh if plan else "",
        plan_en=plan.name_en if plan else "",
        shows_zh=member.shows_zh,
        shows_en=member.shows_en,
        account=reference_of(member.account),
    )
