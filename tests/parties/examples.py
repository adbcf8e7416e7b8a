"""Orders to open accounts, as tests of several rooms need them."""

from wanhao.parties.contracts import (
    CustomerKind,
    Language,
    LineRole,
    NewAccount,
    NewGroup,
    NewLine,
    PayType,
)
from wanhao.parties.queries import account_profiles, lines_by_number

SINCE = 1_767_196_800  # 2026-01-01 00:00 in Nanchang


def a_line(
    number: int, role: LineRole = LineRole.MAIN, language: Language = Language.ZH
) -> NewLine:
    return NewLine(number=number, since=SINCE, role=role, language=language)


def an_account(
    reference: str = "A1",
    *groups: tuple[NewLine, ...],
    name: str = "王小明",
    pay_type: PayType = PayType.PREPAID,
    city: str = "3601",
) -> NewAccount:
    """A person in Nanchang; one group with one line unless groups are given."""
    return NewAccount(
        reference=reference,
        customer_name=name,
        customer_kind=CustomerKind.PERSON,
        city=city,
        pay_type=pay_type,
        groups=tuple(NewGroup(lines=lines) for lines in groups or ((a_line(16907910001),),)),
    )


def a_family(reference: str = "F1") -> NewAccount:
    """Three lines that share one allowance; the main card is written to in Chinese."""
    return an_account(
        reference,
        (
            a_line(16907920001),
            a_line(16907920002, LineRole.SECONDARY),
            a_line(16907920003, LineRole.SECONDARY, Language.EN),
        ),
        name="李建国",
    )


def customer_behind(number: int) -> str:
    """The name of the customer whose account pays for a live line."""
    account_id = lines_by_number([number])[number].account_id
    return account_profiles([account_id])[account_id].customer_name
