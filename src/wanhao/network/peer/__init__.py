"""A small provisioning gateway over real HTTP, for the demo and the tests; it needs no database."""
