"""Random histories of money: what may happen to a few accounts, in any order, more than once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.billing.examples import LATER, NOW
from wanhao.billing.actions import record_credits, record_payment
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, Channel, NewCredit
from wanhao.billing.lapses import lapse_money
from wanhao.billing.penalties import charge_penalties, end_day
from wanhao.billing.prestored import return_prestored
from wanhao.billing.returns import charge_back, refund_payment
from wanhao.billing.vouchers import issue_vouchers, redeem_voucher
from wanhao.values.errors import WanhaoError

ACCOUNTS = 3
VOUCHERS = 3
FACE = 3_000
SOON = NOW + timedelta(hours=1)
Step = tuple[str, tuple[object, ...]]

account = st.integers(0, ACCOUNTS - 1)
amount = st.integers(1, 20_000)
number = st.integers(0, 4)
steps: st.SearchStrategy[Step] = st.one_of(
    st.tuples(
        st.just("pay"),
        st.tuples(
            account,
            amount,
            number,
            st.sampled_from([Channel.CASH, Channel.BANK]),
            st.sampled_from([BalanceKind.GENERAL, BalanceKind.PRESTORED]),
        ),
    ),
    st.tuples(
        st.just("give"), st.tuples(account, amount, number, st.booleans(), st.sampled_from("rgo"))
    ),
    st.tuples(
        st.just("charge"),
        st.tuples(
            st.lists(account, min_size=1, unique=True).map(tuple),
            st.tuples(st.integers(0, 9_000), st.integers(0, 5_000), st.integers(-3_000, 0)),
            number,
            st.sampled_from([202609, 202610]),
        ),
    ),
    st.tuples(st.just("refund"), st.tuples(number, amount, number)),
    st.tuples(st.just("charge back"), st.tuples(number, amount, number)),
    st.tuples(st.just("redeem"), st.tuples(account, st.integers(0, VOUCHERS - 1))),
    st.tuples(st.just("return"), st.tuples(st.sampled_from([202612, 202701, 202811]))),
    st.tuples(st.just("lapse"), st.tuples()),
    st.tuples(st.just("penalty"), st.tuples(st.integers(0, 5))),
)
histories = st.lists(steps, min_size=4, max_size=24)
KINDS = {"r": BalanceKind.RESTRICTED, "g": BalanceKind.GIFTED, "o": BalanceKind.GENERAL}


@dataclass(slots=True)
class History:
    """A few accounts and vouchers, and what has become of what was tried with them."""

    account_ids: Sequence[int]
    codes: Sequence[str] = field(default_factory=tuple)
    done: list[Step] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.codes = issue_vouchers(
            batch="B", count=VOUCHERS, face_fen=FACE, expires_at=LATER, now=NOW
        )

    def take(self, step: Step) -> None:
        """Do a step; a refusal in plain words is an outcome, anything else an error."""
        name, terms = step
        try:
            self._actions()[name](*terms)
        except WanhaoError as error:
            self.refused.append(error.message)
        else:
            self.done.append(step)

    def _actions(self) -> dict[str, Callable[..., object]]:
        return {
            "pay": self._pay,
            "give": self._give,
            "charge": self._charge,
            "refund": self._refund,
            "charge back": self._charge_back,
            "redeem": self._redeem,
            "return": self._return,
            "lapse": self._lapse,
            "penalty": self._penalty,
        }

    def _pay(self, place: int, fen: int, name: int, channel: Channel, kind: BalanceKind) -> None:
        record_payment(
            account_id=self.account_ids[place],
            amount_fen=fen,
            reference=f"P{name}",
            now=NOW,
            channel=channel,
            kind=kind,
        )

    def _give(self, place: int, fen: int, name: int, lapses: bool, kind: str) -> None:
        credit = NewCredit(
            account_id=self.account_ids[place],
            amount_fen=fen,
            reference=f"C{name}",
            book=Book.COMPENSATION if kind == "o" else Book.GIFTS,
            kind=KINDS[kind],
            pays_for=(Book.DATA,) if kind == "r" else (),
            expires_at=SOON if lapses and kind != "o" else None,
        )
        record_credits([credit], NOW)

    def _charge(
        self, places: tuple[int, ...], fens: tuple[int, int, int], name: int, cycle: int
    ) -> None:
        books = dict(zip((Book.RENT, Book.DATA, Book.ADJUSTMENT), fens, strict=True))
        by_book = {book.value: fen for book, fen in books.items() if fen}
        charges = [
            AccountCharge(account_id=self.account_ids[place], by_book=by_book) for place in places
        ]
        charge_accounts(charges, cycle=cycle, reference=f"B{name}", now=NOW)

    def _refund(self, payment: int, fen: int, name: int) -> None:
        refund_payment(payment=f"P{payment}", amount_fen=fen, reference=f"R{name}", now=NOW)

    def _charge_back(self, payment: int, fen: int, name: int) -> None:
        charge_back(payment=f"P{payment}", amount_fen=fen, reference=f"R{name}", now=NOW)

    def _redeem(self, place: int, voucher: int) -> None:
        redeem_voucher(account_id=self.account_ids[place], code=self.codes[voucher], now=NOW)

    def _return(self, cycle: int) -> None:
        return_prestored(cycle=cycle, after_account=0, limit=2, now=NOW)
        return_prestored(cycle=cycle, after_account=self.account_ids[1], limit=9, now=NOW)

    def _lapse(self) -> None:
        lapse_money(after_account=0, limit=9, now=LATER)

    def _penalty(self, day: int) -> None:
        on = date(2026, 11, 26) + timedelta(days=day)
        charge_penalties(self.account_ids, day=on, now=NOW)
        end_day(on)
