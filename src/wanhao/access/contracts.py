"""What other rooms may hold of a login."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LoginKind(StrEnum):
    """Who signs in."""

    CUSTOMER = "customer"
    EMPLOYEE = "employee"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadView:
    """That somebody read personal data; `login_name` is empty when nobody had signed in."""

    login_name: str
    subject: str
    purpose: str
    read_at: datetime
