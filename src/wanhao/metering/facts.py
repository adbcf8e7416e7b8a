"""Facts as columns, and taking them in, a position of the log at a time.

`fold_facts` is pure and says what would change and which thresholds that crosses; `apply_facts`
follows the commit. Enrolment, which `enrol` does first, only makes room and changes no figure.
"""

from dataclasses import dataclass, field

from wanhao.metering.changing import (
    Continue,
    GroupTerms,
    apply_terms,
    fold_continue,
    fold_terms,
)
from wanhao.metering.columns import I64
from wanhao.metering.cycles import CycleStep, close_cycle, open_cycle, watch
from wanhao.metering.effects import Effects
from wanhao.metering.enrolment import enrol_accounts, enrol_groups
from wanhao.metering.funding import Fees, Funds, MoneyDelta, RentStep, apply_money, fold_money
from wanhao.metering.numbering import NOBODY
from wanhao.metering.rebasing import TermsDelta
from wanhao.metering.reviewing import ReviewStep, review
from wanhao.metering.state import MeterState, Watched
from wanhao.metering.tariffs import TariffTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLinks:
    """One row per number, no number twice; group 0 is nobody."""

    number: I64
    group: I64
    since: I64


FactColumns = (
    TariffTerms
    | GroupTerms
    | Continue
    | LineLinks
    | Funds
    | Fees
    | RentStep
    | ReviewStep
    | Watched
    | CycleStep
)


@dataclass(slots=True, kw_only=True)
class FactsDelta:
    """What one position of the log changes."""

    facts: FactColumns
    number: int
    terms: list[TermsDelta] = field(default_factory=list)
    usage_episode: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    money: MoneyDelta | None = None


def enrol(state: MeterState, facts: FactColumns) -> None:
    """Make room for groups, accounts, tariffs and terms that are named for the first time."""
    if isinstance(facts, TariffTerms):
        state.tariffs.learn(facts)
    elif isinstance(facts, GroupTerms):
        enrol_groups(state, facts.group, facts.account)
        state.terms.number_of(facts.rows(state.tariffs))
    elif isinstance(facts, Funds | Fees):
        enrol_accounts(state, facts.account)
    elif isinstance(facts, CycleStep):
        for pending in facts.pending:
            enrol(state, pending)


def fold_facts(
    state: MeterState, facts: FactColumns, number: int, now: int
) -> tuple[FactsDelta, Effects]:
    """What the position `number` of the log changes and brings about. Pure."""
    delta = FactsDelta(facts=facts, number=number)
    if isinstance(facts, GroupTerms):
        delta.terms, delta.usage_episode, crossed = fold_terms(state, facts, number, now)
        return delta, Effects.of(crossed, [], [])
    if isinstance(facts, Continue):
        delta.terms, delta.usage_episode, crossed = fold_continue(state, facts, number, now)
        return delta, Effects.of(crossed, [], [])
    if isinstance(facts, ReviewStep):
        return delta, Effects.of([], [], [], review(state, facts, now))
    if isinstance(facts, Funds | Fees | RentStep):
        delta.money, money = fold_money(state, facts, number, now)
        return delta, Effects.of([], [money], [])
    return delta, Effects.none()


def apply_facts(state: MeterState, delta: FactsDelta) -> None:
    """Carry out what `fold_facts` said; follows the commit."""
    facts = delta.facts
    if isinstance(facts, GroupTerms | Continue):
        apply_terms(state, facts, delta.terms)
        state.usage_episode.update(delta.usage_episode)
    elif isinstance(facts, LineLinks):
        place = state.places_of(facts.group)
        place[place < 0] = NOBODY
        state.plan.link(facts.number, place, facts.since)
    elif delta.money is not None:
        apply_money(state, delta.money)
    elif isinstance(facts, Watched):
        watch(state, facts, delta.number)
    elif isinstance(facts, CycleStep):
        if facts.opens:
            open_cycle(state, facts, delta.number)
        else:
            close_cycle(state, facts)
    state.last_fact = delta.number
