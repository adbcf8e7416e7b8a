"""Whether a TCP port is free, and what to do when it is not."""

import socket

from wanhao.values.errors import WanhaoError


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do; without it a port just left would look taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(host: str, port: int, timeout_seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout_seconds).close()
    except OSError:
        return False
    return True


def refuse_if_taken(host: str, port: int, variable: str) -> None:
    """Stop with a clear error when another program has the port."""
    if is_free(host, port):
        return
    raise WanhaoError(
        f"Port {port} on {host} is taken by another program.",
        f"Stop that program, or choose another port: {variable}={port + 100} wanhao up",
    )
