"""Where the network is told: the operator's gateway, or the local peer of the demo."""

import sys

from wanhao.network.gateway.client import GatewayConfig
from wanhao.network.peer.serving import TOKEN_VARIABLE
from wanhao.project.env import Environment
from wanhao.project.ports_in_use import answers
from wanhao.project.supervisor import Program
from wanhao.values.errors import WanhaoError

PEER_TOKEN = "demo-network-token"  # noqa: S105 - public, for a peer on this machine


def gateway_config(env: Environment) -> GatewayConfig | None:
    """Where the network is told; None where nothing is connected and no demo runs."""
    if env.network_url:
        return GatewayConfig(
            url=env.network_url,
            token=env.network_secret,
            ca_file=env.network_ca_file,
            certificate_file=env.network_certificate_file,
        )
    return local_network(env) if env.demo else None


def local_network(env: Environment) -> GatewayConfig:
    """The peer that `wanhao up` runs with the demo."""
    return GatewayConfig(url=f"http://127.0.0.1:{env.demo_network_port}", token=PEER_TOKEN)


def connected_network(env: Environment) -> GatewayConfig:
    """The network for a command: the operator's, or the local one where it runs; WanhaoError."""
    found = gateway_config(env)
    if found is None and answers("127.0.0.1", env.demo_network_port):
        found = local_network(env)
    if found is None:
        raise WanhaoError(
            "No network is connected.",
            "Set WANHAO_NETWORK_URL and WANHAO_NETWORK_TOKEN, or start the demo with: wanhao up",
        )
    return found


def local_network_program(env: Environment) -> Program:
    """The local peer as `wanhao up` runs it; what it holds outlives it."""
    port, journal = env.demo_network_port, env.data / "network" / "journal.jsonl"
    place = ("--port", str(port), "--journal", str(journal))
    return Program(
        name="network",
        command=(sys.executable, "-m", "wanhao.network.peer", *place),
        environment={TOKEN_VARIABLE: PEER_TOKEN},
        stops_last=True,
        told=f"local network, profiles on port {port}",
    )
