"""Balance: what is left to spend, and what it is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wanhao.billing.contracts import BalanceKind, BalanceView
from wanhao.billing.credit import credit_limits
from wanhao.billing.ports import AccountFunds, Billing, billing_source
from wanhao.billing.queries import balances_by_kind_of
from wanhao.menu.contracts import (
    EVERYWHERE,
    JSON,
    Answer,
    Asking,
    IdentityLevel,
    MenuItem,
    NoInputs,
)
from wanhao.menu.metered import uses_of
from wanhao.menu.wording import full_day, lines, moment, money, pick, sentence
from wanhao.parties.contracts import PayType
from wanhao.parties.queries import pay_types
from wanhao.usage.use_contracts import UseSoFar

KINDS = {
    BalanceKind.GENERAL: ("通用余额", "General money"),
    BalanceKind.GIFTED: ("赠送余额", "Gifted money"),
    BalanceKind.RESTRICTED: ("专项余额", "Money for certain uses"),
    BalanceKind.PRESTORED: ("预存待返还", "Prestored, still to come"),
}
SPENDABLE = (BalanceKind.GENERAL, BalanceKind.GIFTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """What an account has; `use` None: the meter cannot tell. Foreign billing tells one sum."""

    kinds: tuple[BalanceView, ...]
    has_fen: int
    limit_fen: int
    postpaid: bool
    use: UseSoFar | None

    @property
    def left_fen(self) -> int | None:
        """What can still be spent; None where nobody watches that, or nobody can tell."""
        return self.use.left_fen if self.use else None


def answer(asking: Asking[NoInputs]) -> Answer:
    """The account's money."""
    return together([asking])[0]


def together(asked: Sequence[Asking[NoInputs]]) -> list[Answer]:
    """The same for many, with one look at the ledger and one at the meter."""
    accounts = {asking.line.account_id for asking in asked}
    foreign = billing_source().billing is Billing.FOREIGN
    funds: Mapping[int, AccountFunds] = billing_source().funds(accounts) if foreign else {}
    kinds = {} if foreign else balances_by_kind_of(accounts)
    limits, pays = credit_limits(accounts), pay_types(accounts)
    uses = uses_of(asked) or {}
    found = {}
    for account_id in accounts:
        has = kinds.get(account_id, ())
        told = funds[account_id].spendable_fen if account_id in funds else 0
        spendable = sum(one.amount_fen for one in has if one.kind in SPENDABLE)
        found[account_id] = has, (told or 0) if foreign else spendable
    return [
        _told(
            asking,
            _Money(
                kinds=found[asking.line.account_id][0],
                has_fen=found[asking.line.account_id][1],
                limit_fen=limits.get(asking.line.account_id, 0),
                postpaid=pays.get(asking.line.account_id) is PayType.POSTPAID,
                use=uses.get(asking.line.group_id),
            ),
        )
        for asking in asked
    ]


def _told(asking: Asking[NoInputs], has: _Money) -> Answer:
    short = sentence(_figures(asking, has), asking.asker.language)
    return Answer(
        long=lines([short, *_kinds(asking, has.kinds), _as_of(asking, has.use)]),
        short=short,
        data={
            "balance_fen": has.has_fen,
            "kinds": [_kind_data(one) for one in has.kinds],
            "charge_fen": has.use.charge_fen if has.use else None,
            "left_fen": has.left_fen,
            "credit_limit_fen": has.limit_fen if has.postpaid else None,
            "as_of": has.use.as_of.isoformat() if has.use else None,
        },
    )


def _figures(asking: Asking[NoInputs], has: _Money) -> list[str]:
    fen = has.has_fen
    said = [
        asking.say(f"您已欠费{money(-fen)}", f"you owe {money(-fen)}")
        if fen < 0
        else asking.say(f"余额{money(fen)}", f"balance {money(fen)}")
    ]
    if has.use is not None:
        used = money(has.use.charge_fen)
        said.append(asking.say(f"本月已用{used}", f"{used} this month so far"))
    if has.limit_fen:
        limit = money(has.limit_fen)
        said.append(asking.say(f"信用额度{limit}", f"credit limit {limit}"))
    if has.left_fen is not None:
        left = money(max(has.left_fen, 0) if has.postpaid else abs(has.left_fen))
        said.append(
            asking.say(f"已欠费{left}", f"you owe {left}")
            if has.left_fen < 0 and not has.postpaid
            else asking.say(f"还可用{left}", f"{left} left to spend")
        )
    return said


def _kinds(asking: Asking[NoInputs], kinds: Sequence[BalanceView]) -> list[str]:
    """Each kind of money on a line of its own, where there is more than the general one."""
    return [_kind(asking, one) for one in kinds] if len(kinds) > 1 else []


def _kind(asking: Asking[NoInputs], one: BalanceView) -> str:
    language = asking.asker.language
    said = f"{pick(language, KINDS[one.kind])}{asking.say('：', ': ')}{money(one.amount_fen)}"
    if one.expires_at:
        until = full_day(one.expires_at, language)
        said += asking.say(f"，{until}到期", f", good until {until}")
    if one.parts_left:
        said += asking.say(f"，分{one.parts_left}个月返还", f", back in {one.parts_left} months")
    return said


def _as_of(asking: Asking[NoInputs], use: UseSoFar | None) -> str:
    if use is None:
        return asking.say(
            "本月话费暂时读不到，请稍后再查。",
            "What this month has cost so far cannot be read now; please ask again later.",
        )
    at = moment(use.as_of, asking.asker.language)
    return asking.say(f"本月话费计至{at}。", f"This month is counted up to {at}.")


def _kind_data(one: BalanceView) -> JSON:
    return {
        "kind": one.kind.value,
        "amount_fen": one.amount_fen,
        "expires_at": one.expires_at.isoformat() if one.expires_at else None,
        "parts_left": one.parts_left,
    }


ITEM = MenuItem(
    code="balance",
    zh="查余额",
    en="Balance",
    level=IdentityLevel.KNOWN,
    doors=EVERYWHERE,
    inputs=NoInputs,
    answer=answer,
    together=together,
)
