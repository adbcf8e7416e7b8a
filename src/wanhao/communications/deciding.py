"""What to do about thresholds that were crossed: whom to tell, and whether at all."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models.expressions import RawSQL

from wanhao.communications.contracts import (
    FULL,
    DecisionOutcome,
    Metric,
    ReminderRule,
    Trigger,
)
from wanhao.communications.figures import MB
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.models import OptOut
from wanhao.communications.rendering import PLAIN, text_of
from wanhao.communications.words import OF_SERVICES, Figures, variant_of
from wanhao.parties.contracts import Language, LineRole, LineView
from wanhao.parties.queries import (
    lines_by_id,
    lines_by_number,
    main_lines_of_accounts,
    main_lines_of_groups,
)
from wanhao.products.contracts import DataSchedule, Mode, Offering, TariffTerms, Tier
from wanhao.products.queries import offerings_held, tariffs_held
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)
CROSSER, MAIN, PAYER = "crosser", "main", "payer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A decision before it is written; `line` is whom it concerns, `said` what it is told."""

    trigger: Trigger
    rule: ReminderRule | None
    line: LineView | None
    outcome: DecisionOutcome
    said: Figures | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the other rooms say of everybody these triggers concern, each asked once."""

    lines: dict[int, LineView]
    crossers: dict[int, LineView]
    mains_of_groups: dict[int, LineView]
    mains_of_accounts: dict[int, LineView]
    offerings: dict[int, Offering]
    tariffs: dict[int, TariffTerms]

    @classmethod
    def about(cls, wanted: Sequence[tuple[Trigger, str]], now: datetime) -> "Known":
        """`wanted` are triggers, each with the recipient its rule names."""
        ids = {t.line_id for t, _ in wanted if t.line_id is not None}
        lines = lines_by_id(ids) if ids else {}
        crossers = lines_by_number({t.number for t, to in wanted if to == CROSSER and t.number})
        known = (*lines.values(), *crossers.values())
        mains = {line.group_id: line for line in known if line.role is LineRole.MAIN}
        groups = {t.group_id for t, _ in wanted if t.group_id is not None}
        groups |= {line.group_id for line in lines.values()}
        priced = {t.group_id for t, _ in wanted if t.metric in OF_SERVICES and t.group_id}
        of_data = {t.group_id for t, _ in wanted if t.metric is Metric.DATA and t.group_id}
        unknown = groups - mains.keys()
        return cls(
            lines=lines,
            crossers=crossers,
            mains_of_groups=mains | (main_lines_of_groups(unknown) if unknown else {}),
            mains_of_accounts=main_lines_of_accounts(
                {t.account_id for t, to in wanted if to == PAYER or t.group_id is None}
            ),
            offerings=offerings_held(priced),
            tariffs=tariffs_held(of_data, now) if of_data else {},
        )

    def recipient(self, trigger: Trigger, to: str) -> LineView | None:
        """The payer, who crossed it, or the main line; the main line where one of them is gone."""
        line = self.lines.get(trigger.line_id or 0)
        if to == PAYER:
            return self.mains_of_accounts.get(trigger.account_id)
        if to == CROSSER and (crosser := line or self._crosser(trigger)):
            return crosser
        group = trigger.group_id if line is None else line.group_id
        if group is None:
            return self.mains_of_accounts.get(trigger.account_id)
        return self.mains_of_groups.get(group)

    def _crosser(self, trigger: Trigger) -> LineView | None:
        """The line of the number, unless the number went to somebody else since."""
        line = self.crossers.get(trigger.number or 0)
        is_theirs = line is not None and trigger.group_id in (None, line.group_id)
        return line if is_theirs else None


def draft(triggers: Sequence[Trigger], rules: RulesInForce, now: datetime) -> list[Draft]:
    """Decide about every trigger; one set of questions to the database for all of them."""
    ruled = [(trigger, rules.rule_for(trigger)) for trigger in triggers]
    known = Known.about([(t, rule.recipient) for t, rule in ruled if rule is not None], now)
    lines = [known.recipient(t, rule.recipient) if rule else None for t, rule in ruled]
    deciding = _Deciding(
        known=known,
        opted_out=live_opt_outs([line.line_id for line in lines if line is not None]),
        rules=rules,
    )
    return [
        deciding.draft(trigger, rule, line)
        for (trigger, rule), line in zip(ruled, lines, strict=True)
    ]


def live_opt_outs(line_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which of the lines do not want which rules now."""
    ids = RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, set(line_ids)))}}}"])
    rows = OptOut.objects.filter(line_id__in=ids, until__isnull=True)
    return set(rows.values_list("line_id", "rule"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deciding:
    """What all decisions of one call go by; `sound` are the texts that proved to be writable."""

    known: Known
    opted_out: set[tuple[int, str]]
    rules: RulesInForce
    sound: set[tuple[str, str, Language, str]] = field(default_factory=set)

    def draft(self, trigger: Trigger, rule: ReminderRule | None, line: LineView | None) -> Draft:
        tier = _tier(trigger, rule)
        if tier != trigger.tier:
            trigger = replace(trigger, tier=tier)
        offering = self.known.offerings.get(trigger.group_id or 0)
        outcome = _outcome(trigger, rule, line, offering, self.opted_out)
        said = None
        if outcome is DecisionOutcome.TOLD and rule is not None and line is not None:
            tariff = self.known.tariffs.get(trigger.group_id or 0)
            said = self._writable(rule, figures_of(trigger, offering, tariff), line.language)
        return Draft(trigger=trigger, rule=rule, line=line, outcome=outcome, said=said)

    def _writable(self, rule: ReminderRule, said: Figures, language: Language) -> Figures:
        """The figures, once it is sure that they can be told; else what is said in plain words.

        A message must not be lost because its text names what nobody gave. Figures of the meter
        are all there, so each of their texts is tried out once.
        """
        text = (rule.code, variant_of(said), language, said.comes_next)
        if text in self.sound:
            return said
        try:
            text_of(rule.code, said, language, "", self.rules.texts)
        except WanhaoError as error:
            log.error("a reminder is told in plain words: %s", error)
            return replace(said, said={**said.said, "variant": PLAIN})
        if not said.said:
            self.sound.add(text)
        return said


def _tier(trigger: Trigger, rule: ReminderRule | None) -> int:
    """Which hundred per cent was reached, from 200 on; otherwise the tier of the trigger."""
    if rule is None or rule.repeats_to is None or (trigger.threshold or 0) < 2 * FULL:
        return trigger.tier
    return (trigger.threshold or 0) // FULL


def _outcome(
    trigger: Trigger,
    rule: ReminderRule | None,
    line: LineView | None,
    offering: Offering | None,
    opted_out: set[tuple[int, str]],
) -> DecisionOutcome:
    if rule is None:
        return DecisionOutcome.NO_RULE
    if not rule.enabled:
        return DecisionOutcome.RULE_OFF
    if line is None:
        return DecisionOutcome.NO_LINE
    if rule.switchable and (line.line_id, rule.code) in opted_out:
        return DecisionOutcome.OPTED_OUT
    if trigger.metric in OF_SERVICES and offering is None:
        return DecisionOutcome.NO_OFFERING
    return DecisionOutcome.TOLD


def figures_of(trigger: Trigger, offering: Offering | None, tariff: TariffTerms | None) -> Figures:
    """What a message about the trigger will say; only data is priced by a schedule."""
    schedule = tariff.schedule if tariff and trigger.metric is Metric.DATA else None
    price = _price(trigger.metric, offering) if offering else 0
    ahead = None if schedule is None else _ahead(trigger, schedule)
    return Figures(
        metric=trigger.metric.value,
        threshold=trigger.threshold,
        used=trigger.used,
        allowed=trigger.allowed,
        left_fen=trigger.left_fen,
        credit_fen=trigger.credit_fen,
        fee_fen=trigger.fee_fen,
        tier=trigger.tier,
        price_fen=price if schedule is None else schedule.price_fen_per_mb,
        voice_unit_seconds=offering.voice_unit_seconds if offering else 60,
        comes_next="flat" if schedule is None or ahead is None else schedule.mode.value,
        next_fee_fen=0 if ahead is None else ahead.fee_fen,
        next_mb=0 if ahead is None else ahead.quota_mb,
        cycle=trigger.cycle,
        said=dict(trigger.said),
    )


def _ahead(trigger: Trigger, schedule: DataSchedule) -> Tier | None:
    """The block of a schedule, or its next tier; None when the last one is reached."""
    if schedule.mode is Mode.STACK:
        return schedule.tiers[0] if schedule.tiers else None
    full = (trigger.threshold or 0) >= FULL
    beyond = max(trigger.used - trigger.allowed, 0) // MB if full else 0
    return next((tier for tier in schedule.tiers if tier.quota_mb > beyond), None)


def _price(metric: Metric, offering: Offering) -> int:
    if metric is Metric.VOICE:
        return offering.voice_price_fen * 60 // offering.voice_unit_seconds
    if metric is Metric.MESSAGE:
        return offering.message_price_fen
    return offering.data_price_fen_per_mb if metric is Metric.DATA else 0
