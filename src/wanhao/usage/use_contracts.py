"""What other rooms may hold of a month that is still being counted."""

from dataclasses import dataclass
from datetime import datetime

from wanhao.usage.contracts import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceUse:
    """Use of a service at home so far: voice in units of the tariff, messages, octets.

    `allowance` is all there is of it: rolled-over data, packs and the plan; `used` may be more.
    """

    service: Service
    used: int
    allowance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneUse:
    """Use of a service in a zone other than home so far, in the same units; `zone` is a Zone."""

    zone: str
    service: Service
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSoFar:
    """Where a group stands in the newest month, and its account with it, as of a moment.

    `voice_unit` is seconds. `charge_fen` is all that the account was charged in this month so far:
    use, fees and rent of all its groups. `left_fen` is what it can still spend, None where nobody
    watches that. `plan_data_used` are the octets at home that were taken of the plan's own data,
    after what rolled over and packs; where records were taken back, rather more than that. All
    records of batches up to `batch` are in it, and none of later ones.
    """

    group_id: int
    account_id: int
    cycle: int
    voice_unit: int
    home: tuple[ServiceUse, ...]
    abroad: tuple[ZoneUse, ...]
    charge_fen: int
    left_fen: int | None
    plan_data_used: int
    batch: int
    as_of: datetime
