"""Who of a family decides; pure."""

from wanhao.parties.contracts import LineRole, LineView
from wanhao.values.errors import WanhaoError


def refuse_secondary(line: LineView) -> None:
    """WanhaoError for a secondary card: what concerns the whole family is decided by its main card,
    and so is what the account pays for besides."""
    if line.role is LineRole.SECONDARY:
        raise WanhaoError(
            f"Line {line.line_id} is a secondary card.", "Let the main card of its family ask."
        )
