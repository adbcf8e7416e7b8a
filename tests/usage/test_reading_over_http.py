"""A machine without a meter asks the one that has it, over real HTTP."""

import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import uvicorn

from wanhao.usage.contracts import Service
from wanhao.usage.ports import OutOfReachError
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse
from wanhao.usage.view.remote import RemoteReader
from wanhao.usage.view.serving import ReadingApp

TOKEN = "only for tests"
MOST = 1_200


def stands(group: int) -> UseSoFar:
    """Where one of the groups stands."""
    return UseSoFar(
        group_id=group,
        account_id=group + 1,
        cycle=202611,
        voice_unit=60,
        home=(ServiceUse(service=Service.DATA, used=group << 40, allowance=1 << 50),),
        abroad=(ZoneUse(zone="roaming", service=Service.VOICE, units=-3),),
        charge_fen=150,
        left_fen=None if group % 2 else -7,
        plan_data_used=group << 30,
        batch=9,
        as_of=datetime(2026, 11, 15, 4, 0, 0, 123_456, tzinfo=UTC),
    )


class Meter:
    """A meter that knows the first groups, or none at all."""

    def __init__(self) -> None:
        self.runs = True

    def use_of(self, group_id: int) -> UseSoFar | None:
        return self.uses_of([group_id]).get(group_id)

    def uses_of(self, group_ids: Sequence[int]) -> dict[int, UseSoFar]:
        if not self.runs:
            raise OutOfReachError("It sleeps.", "Wake it.")
        return {group: stands(group) for group in group_ids if group <= MOST}


@pytest.fixture
def meter() -> Meter:
    return Meter()


@pytest.fixture
def address(meter: Meter) -> Iterator[str]:
    """Where the meter is served, on a port the system gave."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = ReadingApp(meter, TOKEN)
    config = uvicorn.Config(app, lifespan="off", log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_every_figure_arrives_as_it_was(address: str) -> None:
    reader = RemoteReader(address, TOKEN)
    assert reader.use_of(1) == stands(1)
    assert reader.use_of(2) == stands(2)


def test_many_groups_are_asked_for_some_at_a_time(address: str) -> None:
    groups = range(1, MOST + 100)
    found = RemoteReader(address, TOKEN).uses_of(groups)
    assert found == {group: stands(group) for group in range(1, MOST + 1)}


def test_groups_that_nobody_knows_are_left_out(address: str) -> None:
    reader = RemoteReader(address, TOKEN)
    assert reader.use_of(MOST + 1) is None
    assert reader.uses_of([]) == {}
    assert reader.uses_of([0, -1]) == {}


@pytest.mark.parametrize("token", ["", "another"])
def test_without_the_token_nothing_is_said(address: str, token: str) -> None:
    with pytest.raises(OutOfReachError, match="The token is not that of this meter") as refused:
        RemoteReader(address, token).use_of(1)
    assert "WANHAO_METER_URL" in refused.value.remedy


def test_a_meter_that_does_not_run_is_told(address: str, meter: Meter) -> None:
    meter.runs = False
    with pytest.raises(OutOfReachError, match="It sleeps"):
        RemoteReader(address, TOKEN).use_of(1)


def test_a_machine_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(OutOfReachError, match="cannot be asked"):
        RemoteReader(f"http://127.0.0.1:{port}", TOKEN).use_of(1)


def test_something_that_is_no_meter_is_told() -> None:
    class Stranger(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"[1, 2]")

        def log_message(self, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(OutOfReachError, match="something else than a meter"):
            RemoteReader(f"http://127.0.0.1:{server.server_port}", TOKEN).use_of(1)


@pytest.mark.parametrize("asked", ["/use?groups=x", "/use?groups=", "/use?groups=1,,2", "/use"])
def test_what_is_not_a_list_of_numbers_is_refused(address: str, asked: str) -> None:
    reader = RemoteReader(address, TOKEN)
    answer = reader._client.get(asked)
    assert (answer.status_code, "list of at most 500" in answer.text) == (400, True)
    assert reader._client.get("/").status_code == 404
