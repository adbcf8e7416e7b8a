"""Mobile numbers."""

from dataclasses import dataclass

from wanhao.values.errors import WanhaoError


@dataclass(frozen=True, slots=True, order=True)
class Msisdn:
    """An eleven-digit mobile number, kept as an integer."""

    value: int

    def __post_init__(self) -> None:
        if not 10_000_000_000 <= self.value <= 19_999_999_999:
            raise WanhaoError(
                f"{self.value} is not a mobile number.",
                "Give eleven digits that begin with 1.",
            )

    def __str__(self) -> str:
        return str(self.value)

    @property
    def masked(self) -> str:
        """First three and last four digits, as every page shows it by default."""
        digits = str(self.value)
        return f"{digits[:3]}****{digits[-4:]}"
