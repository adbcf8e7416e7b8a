"""A contact policy for tests by the clock of the machine: everything goes out at once."""

from datetime import datetime

from wanhao.communications.changing import change_rule


def at_any_hour(now: datetime) -> None:
    """No quiet hours, no waiting for company, no daily number that a test could reach."""
    change_rule(
        "policy",
        {"quiet_from": "00:00", "quiet_until": "00:00", "merge_seconds": 0, "daily_cap": 100},
        by="test",
        reason="tests run at any hour",
        now=now,
    )
