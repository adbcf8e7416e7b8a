"""The self-service terminal of a business hall."""
