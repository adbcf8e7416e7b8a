"""What the door needs to be told."""

from collections.abc import Sequence
from dataclasses import dataclass

PATH = "/mcp"
LARGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistantConfig:
    """Where the door listens, by which names and from which web pages it may be asked, and how
    often a token may ask in an hour; `hall_url` is where customers reach the online hall, empty
    where they cannot."""

    host: str
    port: int
    names: Sequence[str]
    origins: Sequence[str]
    per_hour: int
    hall_url: str = ""
