"""Billing cycles: calendar months of Asia/Shanghai, which has kept UTC+8 all year since 1992."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


@dataclass(frozen=True, slots=True, order=True)
class Cycle:
    """One calendar month; `number` is year * 100 + month, as in 202611."""

    number: int

    @classmethod
    def of(cls, instant: datetime) -> "Cycle":
        """The cycle in which an aware instant falls."""
        local = instant.astimezone(SHANGHAI)
        return cls(local.year * 100 + local.month)

    @classmethod
    def at_epoch(cls, seconds: int) -> "Cycle":
        """The cycle of an instant given in epoch seconds, UTC."""
        return cls.of(datetime.fromtimestamp(seconds, UTC))

    @property
    def start(self) -> datetime:
        """First instant, in UTC."""
        year, month = divmod(self.number, 100)
        return datetime(year, month, 1, tzinfo=SHANGHAI).astimezone(UTC)

    @property
    def end(self) -> datetime:
        """First instant of the next cycle, in UTC."""
        return self.next.start

    @property
    def next(self) -> "Cycle":
        year, month = divmod(self.number, 100)
        return Cycle((year + 1) * 100 + 1) if month == 12 else Cycle(self.number + 1)

    @property
    def previous(self) -> "Cycle":
        year, month = divmod(self.number, 100)
        return Cycle((year - 1) * 100 + 12) if month == 1 else Cycle(self.number - 1)
