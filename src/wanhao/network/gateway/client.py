"""Asks a provisioning gateway over HTTP: bounded in time and size, one connection kept open.

Nothing is repeated here: what was not answered still waits, and is sent again in its turn.
"""

import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from wanhao.network.gateway.wire import WireAnswers, WirePage, on_the_wire
from wanhao.network.ports import (
    MOST_READ,
    Answer,
    BatchRefusedError,
    HeldPage,
    HeldProfile,
    NetworkAwayError,
    SentProfile,
)
from wanhao.values.errors import WanhaoError

MOST_OCTETS = 4 * 1024 * 1024
LOOK_AT_THEIRS = (
    "See that the gateway runs and what its log says; what is agreed is in network-provisioning.md."
)
_REFUSED = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.CONFLICT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)
Page = TypeVar("Page", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """Where the gateway answers and how it knows us.

    `ca_file`: trust this authority instead of the machine's; `certificate_file`: ours, with its
    key. `seconds`: without a sign of life; `overall`: for one answer.
    """

    url: str
    token: str
    ca_file: Path | None = None
    certificate_file: Path | None = None
    seconds: int = 5
    overall: int = 10


class HttpProvisioning:
    """The port over HTTP."""

    def __init__(self, config: GatewayConfig) -> None:
        self._overall = config.overall
        # No proxy and no credentials from the environment.
        self._http = httpx.Client(
            base_url=config.url.rstrip("/"),
            headers={"Authorization": f"Bearer {config.token}", "Accept": "application/json"},
            timeout=config.seconds,
            verify=_trust(config),
            trust_env=False,
        )

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def put(self, profiles: Sequence[SentProfile]) -> Mapping[int, Answer]:
        body = {"profiles": [on_the_wire(profile) for profile in profiles]}
        told = self._ask("PUT", WireAnswers, json=body)
        answers = {one.line: one.answer() for one in told.answers}
        if strangers := answers.keys() - {profile.line_id for profile in profiles}:
            raise _wrong(f"it is about line {min(strangers)}, which was not sent")
        return answers

    def held(self, after: int, through: int | None) -> HeldPage:
        asked = {"after": after, "limit": MOST_READ}
        page = self._page(asked if through is None else asked | {"through": through})
        lines = [profile.line_id for profile in page.profiles]
        if lines != sorted(set(lines)) or (lines and lines[0] <= after):
            raise _wrong("its profiles are not in the order of their lines")
        if page.more and not lines:
            raise _wrong("it says there is more, but it has nothing")
        if through is not None and lines and lines[-1] > through:
            raise _wrong("it has lines that were not asked for")
        return page

    def held_for(self, number: int) -> Sequence[HeldProfile]:
        return self._page({"number": number, "limit": MOST_READ}).profiles

    def _page(self, asked: Mapping[str, int]) -> HeldPage:
        page = self._ask("GET", WirePage, params={key: str(value) for key, value in asked.items()})
        profiles = tuple(profile.held() for profile in page.profiles)
        return HeldPage(profiles=profiles, more=page.more)

    def _ask(self, method: str, page: type[Page], **request: Any) -> Page:
        try:
            status, body = self._answered(method, request)
        except (httpx.TransportError, httpx.DecodingError) as error:
            told = str(error) or type(error).__name__
            raise NetworkAwayError(
                f"The network does not answer: {told}.", LOOK_AT_THEIRS
            ) from None
        if status != HTTPStatus.OK:
            raise _refusal(status, body)
        try:
            return page.model_validate_json(body)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            raise _wrong(f"{where}: {first['msg']}" if where else first["msg"]) from None

    def _answered(self, method: str, request: Mapping[str, Any]) -> tuple[int, bytes]:
        until = time.monotonic() + self._overall
        with self._http.stream(method, "/profiles", **request) as response:
            body = bytearray()
            for part in response.iter_bytes():
                body += part
                if len(body) > MOST_OCTETS:
                    raise _wrong(f"it is longer than {MOST_OCTETS} octets")
                if time.monotonic() > until:
                    raise _wrong("it did not end in time")
            return response.status_code, bytes(body)


def _trust(config: GatewayConfig) -> ssl.SSLContext:
    """Whom to believe; WanhaoError when a file is no certificate."""
    try:
        trust = ssl.create_default_context(cafile=config.ca_file)
        if config.certificate_file is not None:
            trust.load_cert_chain(config.certificate_file)
    except (OSError, ssl.SSLError) as error:
        raise WanhaoError(
            f"The certificates for the network cannot be read: {error}.",
            "Check WANHAO_NETWORK_CA_FILE and WANHAO_NETWORK_CERTIFICATE_FILE.",
        ) from None
    return trust


def _refusal(status: int, body: bytes) -> WanhaoError:
    if status in _REFUSED:
        told = body[:100].decode(errors="replace").strip()
        return BatchRefusedError(f"The network answered {status}: {told}", LOOK_AT_THEIRS)
    remedy = LOOK_AT_THEIRS
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        remedy = "Give the token they gave you as WANHAO_NETWORK_TOKEN or _FILE."
    return NetworkAwayError(f"The network answered {status}.", remedy)


def _wrong(told: str) -> NetworkAwayError:
    return NetworkAwayError(f"The network's answer is not what was agreed: {told}.", LOOK_AT_THEIRS)
