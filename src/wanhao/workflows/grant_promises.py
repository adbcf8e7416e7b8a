"""What is promised with temporary service: the word shortly before its end, and the end."""

from collections.abc import Collection
from datetime import datetime, timedelta

from wanhao.billing.stop_contracts import GrantView
from wanhao.promises.actions import make, withdraw
from wanhao.promises.contracts import NewPromise

END_GRANT = "end-grant"
WARNED_BEFORE = timedelta(minutes=10)
WARN, END = "warn", "end"


def promise_grant(grant: GrantView, now: datetime) -> None:
    """Promise the word and the end; belongs into the transaction that gives service."""
    steps = ((WARN, grant.until - WARNED_BEFORE), (END, grant.until))
    make(
        [
            NewPromise(
                kind=END_GRANT,
                key=grant_key(grant, step),
                due_at=due_at,
                payload={"account": grant.account_id, "grant": grant.grant_id, "step": step},
            )
            for step, due_at in steps
        ],
        now,
    )


def withdraw_grants(grants: Collection[GrantView], now: datetime) -> None:
    """Take back both of grants that are over before their time."""
    withdraw(END_GRANT, [grant_key(grant, step) for grant in grants for step in (WARN, END)], now)


def grant_key(grant: GrantView, step: str) -> str:
    """The name of one of the two promises of a grant."""
    return f"{grant.grant_id}:{step}"
