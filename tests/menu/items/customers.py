"""A customer who asks: a line with its plan, at a door, in a language; and what the meter says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.parties.examples import a_line, an_account
from wanhao.menu.actions import ask, ask_many, confirm
from wanhao.menu.contracts import Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.parties.contracts import Language, LineRole, LineView, PayType
from wanhao.parties.queries import lines_by_number
from wanhao.usage.contracts import Service
from wanhao.usage.ports import OutOfReachError, provide_reader
from wanhao.usage.use_contracts import ServiceUse, UseSoFar, ZoneUse
from wanhao.values.sms_text import sms_parts
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

OPENED = datetime(2026, 10, 1, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
WANG, LI, ZHAO = 16907910001, 16907910002, 16907910003
MB = 1 << 20
ZH, EN = Language.ZH, Language.EN


def open_line(
    number: int = WANG,
    plan: str = "lexiang-4g-59",
    *others: int,
    pay_type: PayType = PayType.PREPAID,
    balance_fen: int = 0,
) -> LineView:
    """A line that has had its plan since October, and the secondary cards that go with it."""
    cards = tuple(a_line(other, LineRole.SECONDARY) for other in others)
    account = an_account(f"A{number}", (a_line(number), *cards), pay_type=pay_type)
    order = AccountOrder(
        account=account,
        offering_codes=(plan,),
        opening_balance_fen=balance_fen,
        payment_reference=f"opening-{number}" if balance_fen else "",
    )
    open_accounts([order], OPENED)
    return line(number)


def line(number: int = WANG) -> LineView:
    return lines_by_number({number})[number]


def asker(
    number: int | None = WANG,
    language: Language = ZH,
    door: Door = Door.APP,
    level: IdentityLevel = IdentityLevel.STRONG,
) -> Asker:
    found = None if number is None else line(number)
    return Asker(door=door, level=level, language=language, line=found)


def asked(item: str, who: Asker | None = None, /, now: datetime = NOW, **given: object) -> Reply:
    return ask(Question(item=item, given=given, asker=who or asker()), now)


def said(item: str, who: Asker | None = None, /, now: datetime = NOW, **given: object) -> Reply:
    """What is answered, and never a refusal; a short answer in Chinese is one message."""
    reply = asked(item, who, now, **given)
    assert reply.kind is ReplyKind.ANSWERED, reply.long
    assert reply.long
    language = (who or asker()).language
    assert language is EN or len(reply.short) <= 70, reply.short
    assert sms_parts(reply.short) <= 2
    return reply


def refused(item: str, who: Asker | None = None, /, now: datetime = NOW, **given: object) -> str:
    """Why it is not to be had."""
    reply = asked(item, who, now, **given)
    assert reply.kind is ReplyKind.REFUSED, reply.long
    return reply.long


def proposed(item: str, who: Asker | None = None, /, now: datetime = NOW, **given: object) -> Reply:
    """What a yes would do."""
    reply = asked(item, who, now, **given)
    assert reply.kind is ReplyKind.TO_CONFIRM, reply.long
    return reply


def done(item: str, who: Asker | None = None, /, now: datetime = NOW, **given: object) -> Reply:
    """What is asked for and confirmed at once, twice."""
    who = who or asker()
    nonce = proposed(item, who, now, **given).nonce
    reply = confirm(who, now, nonce=nonce)
    assert reply.kind is ReplyKind.ANSWERED, reply.long
    assert confirm(who, now, nonce=nonce) == reply
    return reply


def many(item: str, numbers: Sequence[int], /, **given: object) -> list[Reply]:
    """The same asked by many lines at once, in Chinese."""
    return ask_many([Question(item=item, given=given, asker=asker(one)) for one in numbers], NOW)


@dataclass
class Meter:
    """A meter that has counted so much of each group; None: it cannot be read."""

    uses: Mapping[int, UseSoFar] | None = field(default_factory=dict)
    asked: int = 0

    def use_of(self, group_id: int) -> UseSoFar | None:
        return self.uses_of([group_id]).get(group_id)

    def uses_of(self, group_ids: Sequence[int]) -> dict[int, UseSoFar]:
        self.asked += 1
        if self.uses is None:
            raise OutOfReachError("The meter cannot be read.", "Start it.")
        return {group: self.uses[group] for group in group_ids if group in self.uses}


def counted(*uses: UseSoFar) -> Meter:
    """Let these be what the meter says."""
    meter = Meter({use.group_id: use for use in uses})
    provide_reader(meter)
    return meter


def away() -> None:
    """Let nobody be able to read the meter."""
    provide_reader(Meter(None))


def use_of(
    who: LineView,
    *,
    voice: tuple[int, int] = (50, 100),
    messages: tuple[int, int] = (3, 0),
    data: tuple[int, int] = (300 * MB, 500 * MB),
    abroad: tuple[ZoneUse, ...] = (),
    charge_fen: int = 5_930,
    left_fen: int | None = None,
    cycle: int = 202611,
) -> UseSoFar:
    """So much used of so much, of each service."""
    services = ((Service.VOICE, voice), (Service.MESSAGE, messages), (Service.DATA, data))
    return UseSoFar(
        group_id=who.group_id,
        account_id=who.account_id,
        cycle=cycle,
        voice_unit=60,
        home=tuple(
            ServiceUse(service=service, used=used, allowance=allowance)
            for service, (used, allowance) in services
        ),
        abroad=abroad,
        charge_fen=charge_fen,
        left_fen=left_fen,
        plan_data_used=min(data),
        batch=7,
        as_of=NOW,
    )
