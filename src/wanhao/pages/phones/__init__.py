"""The demo's page of phones: what each of the cast received."""
