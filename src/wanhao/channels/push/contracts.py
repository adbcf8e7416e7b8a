"""How push services are reached."""

from collections.abc import Collection
from dataclasses import dataclass

from wanhao.channels.push.keys import ServerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PushConfig:
    """Who we are to push services, which of them are known (by host), and whom they may ask about
    us; `sign_off` is what every text ends with, `title` what notices are headed."""

    key: ServerKey
    services: Collection[str]
    contact: str
    sign_off: str
    title_zh: str
    title_en: str
    timeout: float = 10.0
