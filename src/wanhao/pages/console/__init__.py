"""Pages of the people who run the service."""
