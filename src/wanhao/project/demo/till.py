"""The counter where the cast top up: real payments, like any customer's."""

from datetime import datetime

from wanhao.billing.queries import balances
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.take_payment import take_payment


class Counter:
    """Pays and reads balances through the operator's own workflows."""

    def balance_fen(self, number: int) -> int:
        """The balance of the account behind a number, before the charges of this cycle."""
        account_id = self._account_of(number)
        return balances([account_id])[account_id]

    def pay(self, number: int, fen: int, reference: str, now: datetime) -> None:
        """Pay into the account behind a number, once per reference."""
        take_payment(self._account_of(number), fen, reference, now)

    @staticmethod
    def _account_of(number: int) -> int:
        return lines_by_number([number])[number].account_id
