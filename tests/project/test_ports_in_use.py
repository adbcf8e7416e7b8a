import socket
from collections.abc import Callable

import pytest

from wanhao.project.ports_in_use import answers, is_free, refuse_if_taken
from wanhao.values.errors import WanhaoError


def test_a_taken_port_is_told_with_the_variable_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert answers("127.0.0.1", port)
        with pytest.raises(WanhaoError, match=f"Port {port}") as error:
            refuse_if_taken("127.0.0.1", port, "WANHAO_PORT")
    assert f"WANHAO_PORT={port + 100}" in error.value.remedy


def test_a_port_just_left_is_free(free_port: Callable[[], int]) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)) as server:
        client = socket.create_connection(("127.0.0.1", port))
        server.accept()[0].close()
        client.close()
    assert is_free("127.0.0.1", port)
    assert not answers("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
def test_an_address_of_another_machine_is_told_as_such(host: str) -> None:
    with pytest.raises(WanhaoError, match="not an address of this machine") as error:
        refuse_if_taken(host, 8010, "WANHAO_PORT")
    assert "WANHAO_HOST" in error.value.remedy
