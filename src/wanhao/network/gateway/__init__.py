"""Provisioning over HTTP, as docs/reference/network-provisioning.md agrees it."""
