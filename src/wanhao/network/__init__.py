"""What the network lets each line do: profiles wanted, sent, confirmed and compared."""
