"""Whether a TCP port is free, and what to do when it is not."""

import errno
import socket

from wanhao.values.errors import WanhaoError


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    return _refused(host, port) is None


def answers(host: str, port: int, timeout_seconds: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout_seconds).close()
    except OSError:
        return False
    return True


def refuse_if_taken(host: str, port: int, variable: str) -> None:
    """Stop with a clear error when nobody could listen there; most often another program does."""
    refused = _refused(host, port)
    if refused is None:
        return
    if refused.errno == errno.EADDRINUSE:
        raise WanhaoError(
            f"Port {port} on {host} is taken by another program.",
            f"Stop that program, or choose another port: {variable}={port + 100} wanhao up",
        )
    if refused.errno == errno.EACCES:
        raise WanhaoError(
            f"Port {port} is closed to this user; ports below 1024 belong to root.",
            f"Choose another port: {variable}=8010 wanhao up",
        )
    raise WanhaoError(
        f"{host} is not an address of this machine ({refused.strerror or refused}).",
        f"Set {variable.removesuffix('PORT')}HOST to one, or to 127.0.0.1 (only this machine)"
        " or 0.0.0.0 (all addresses).",
    )


def _refused(host: str, port: int) -> OSError | None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do; without it a port just left would look taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error
    return None
