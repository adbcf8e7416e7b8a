"""A bill beside the ones before it: what became more, and what less; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanhao.billing.bills.contracts import BillView, MonthTotal
from wanhao.billing.bills.wording import sections
from wanhao.menu.wording import full_month, money, pick
from wanhao.parties.contracts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A thought about a bill; `more`: it became dearer."""

    said: str
    more: bool


def comparisons(
    bill: BillView, before: BillView | None, months: Sequence[MonthTotal], language: Language
) -> tuple[Comparison, ...]:
    """The bill beside the one of the month before, part by part, and beside the mean of those that
    are shown; nothing where there is no earlier one."""
    found = []
    if before is not None:
        month = full_month(before.cycle, language)
        than = pick(language, (f"比{month}", f" than in {month}"))
        whole = pick(language, ("合计", "In all"))
        found.append(_difference(bill.total_fen - before.total_fen, whole, than, language))
        mine, theirs = _parts(bill, language), _parts(before, language)
        for title in dict.fromkeys([*mine, *theirs]):
            fen = mine.get(title, 0) - theirs.get(title, 0)
            if fen and len(mine | theirs) > 1:
                found.append(_difference(fen, title, than, language))
    earlier = [one.fen for one in months if one.fen is not None and one.cycle < bill.cycle]
    if len(earlier) > 1:
        mean = money(sum(earlier) // len(earlier))
        said = (
            f"之前{len(earlier)}期平均{mean}",
            f"Before, {len(earlier)} bills came to {mean} on average",
        )
        found.append(Comparison(said=pick(language, said), more=False))
    return tuple(found)


def _parts(bill: BillView, language: Language) -> dict[str, int]:
    return {part.title: part.fen for part in sections(bill.lines, language)}


def _difference(fen: int, what: str, than: str, language: Language) -> Comparison:
    if not fen:
        return Comparison(
            said=pick(language, (f"{what}{than}不变", f"{what}: not more{than}, nor less")),
            more=False,
        )
    much = money(abs(fen))
    zh = f"{what}{than}{'多' if fen > 0 else '少'}{much}"
    en = f"{what}: {much} {'more' if fen > 0 else 'less'}{than}"
    return Comparison(said=pick(language, (zh, en)), more=fen > 0)
