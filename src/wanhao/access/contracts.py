"""What other rooms may hold of a login."""

from enum import StrEnum


class LoginKind(StrEnum):
    """Who signs in."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"
