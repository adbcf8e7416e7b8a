"""Every test of a foreign billing may have the peer."""

from tests.billing.foreign.peers import billed_elsewhere, client, peer

__all__ = ["billed_elsewhere", "client", "peer"]
