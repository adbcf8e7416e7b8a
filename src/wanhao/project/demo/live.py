"""What some of the cast do while the demo runs: use that crosses a threshold, rounds of topping up.

Each step is noted before it is made, so that after a crash it may be missing but never comes twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from wanhao.products.contracts import Offering
from wanhao.project.demo.cast import CastMember, PlannedUse, Rounds, cast
from wanhao.project.demo.history import CAST_SOURCE, MINUTE, spread
from wanhao.project.demo.notebook import Notebook
from wanhao.project.demo.usage_files import UsageRecord
from wanhao.values.cycle import Cycle

MB_KILOBYTES = 1024
BELOW_FEN = 40
"""How far below the threshold a round of spending ends."""


class Till(Protocol):
    """Where the cast pay and see their balances."""

    def balance_fen(self, number: int) -> int:
        """The balance of the account behind a number, before the charges of this cycle."""
        ...

    def pay(self, number: int, fen: int, reference: str, now: datetime) -> None:
        """Pay into the account behind a number, once per reference."""
        ...


class LiveCast:
    """Makes the live steps of the cast when they are due; waits begin anew with each start."""

    def __init__(
        self, notebook: Notebook, till: Till, offerings: Sequence[Offering], started: datetime
    ) -> None:
        self._notebook = notebook
        self._till = till
        self._offerings: Mapping[str, Offering] = {plan.code: plan for plan in offerings}
        self._last = {member.number: started for member in cast()}

    def due(self, now: datetime) -> list[UsageRecord]:
        """The records of every step that is due; top-ups that are due are paid."""
        records: list[UsageRecord] = []
        for member in cast():
            if member.live:
                records.extend(self._next_step(member, now))
            if member.rounds:
                records.extend(self._next_of_round(member, member.rounds, now))
        return records

    def _next_step(self, member: CastMember, now: datetime) -> list[UsageRecord]:
        cycle = Cycle.of(now).number
        done = self._notebook.done(cycle, f"{member.number}")
        if done >= len(member.live) or not self._waited(member, member.live[done].wait, now):
            return []
        self._notebook.note(cycle, f"{member.number}", done + 1)
        return self._records(member, member.live[done].use, now)

    def _next_of_round(
        self, member: CastMember, rounds: Rounds, now: datetime
    ) -> list[UsageRecord]:
        """One session of spending, or, once less than the threshold is left, a top-up."""
        if not self._waited(member, rounds.wait, now):
            return []
        cycle = Cycle.of(now).number
        key = f"{member.number}"
        spent = self._notebook.done(cycle, f"{key} kilobytes")
        left = self._till.balance_fen(member.number) - self._charge(member, spent)
        if left < rounds.until_below_fen:
            round_number = self._notebook.done(cycle, f"{key} rounds") + 1
            self._notebook.note(cycle, f"{key} sessions", 0)
            self._notebook.note(cycle, f"{key} rounds", round_number)
            reference = f"demo-top-up-{key}-{cycle}-{round_number}"
            self._till.pay(member.number, rounds.top_up_fen, reference, now)
            return []
        session = self._notebook.done(cycle, f"{key} sessions")
        to_spend = (left - rounds.until_below_fen + BELOW_FEN) // max(rounds.sessions - session, 1)
        kilobytes = to_spend * MB_KILOBYTES // self._plan(member).data_price_fen_per_mb + 1
        self._notebook.note(cycle, f"{key} sessions", session + 1)
        self._notebook.note(cycle, f"{key} kilobytes", spent + kilobytes)
        use = PlannedUse(service="data", zone="domestic", records=1, units=kilobytes)
        return self._records(member, use, now)

    def _charge(self, member: CastMember, live_kilobytes: int) -> int:
        """What the member's data of this cycle costs, in fen; its other use is within the plan."""
        plan = self._plan(member)
        used = sum(use.units for use in member.use if use.service == "data") + live_kilobytes
        beyond = max(used - plan.data_mb * MB_KILOBYTES, 0)
        return -(-beyond * plan.data_price_fen_per_mb // MB_KILOBYTES)

    def _plan(self, member: CastMember) -> Offering:
        return self._offerings[member.plan]

    def _waited(self, member: CastMember, wait: int, now: datetime) -> bool:
        """Whether the member's last step was long enough ago; then this is the last step."""
        if (now - self._last[member.number]).total_seconds() < wait:
            return False
        self._last[member.number] = now
        return True

    def _records(self, member: CastMember, use: PlannedUse, now: datetime) -> list[UsageRecord]:
        """The records of a step, one after the other, the last of them ended just now."""
        first = self._notebook.reserve_ids(CAST_SOURCE, use.records, now)
        start, begin = int(now.timestamp()), int(Cycle.of(now).start.timestamp())
        records = []
        for place, quantity in enumerate(spread(use)):
            start = max(start - (quantity if use.service == "voice" else MINUTE), begin)
            records.append(
                UsageRecord(
                    record_id=str(first + place),
                    source=CAST_SOURCE,
                    number=member.number,
                    service=use.service,
                    zone=use.zone,
                    start=start,
                    quantity=quantity,
                )
            )
        return records
