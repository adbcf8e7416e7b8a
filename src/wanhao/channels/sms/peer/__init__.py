"""A local SMSC, software not written here, for the demo and the tests."""

from wanhao.channels.sms.peer.launcher import (
    PeerAddress,
    PeerSettings,
    SmscPeer,
    install,
    peer_command,
    peer_environment,
)

__all__ = [
    "PeerAddress",
    "PeerSettings",
    "SmscPeer",
    "install",
    "peer_command",
    "peer_environment",
]
