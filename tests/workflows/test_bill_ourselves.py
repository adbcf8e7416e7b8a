"""Our own billing answers what a foreign one would be asked."""

import pytest

from tests.workflows.foreign_accounts import NOW, opened
from wanhao.billing.contracts import NewPayment
from wanhao.billing.ports import AccountFunds, Billing, PaymentState, billing_source
from wanhao.workflows.bill_ourselves import OwnBilling
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")


def test_billing_is_our_own_by_default() -> None:
    assert isinstance(billing_source(), OwnBilling)
    assert billing_source().billing is Billing.OWN


def test_funds_are_what_our_ledger_has() -> None:
    (account,) = opened("A1")
    take_payment(account.account_id, 3000, "P1", NOW)
    assert billing_source().funds([account.account_id, 999]) == {
        account.account_id: AccountFunds(
            account_id=account.account_id, spendable_fen=3000, billed_through=0
        )
    }


def test_allowances_are_what_the_group_holds() -> None:
    (account,) = opened("A1")
    group = account.groups[0].group_id
    held = billing_source().allowances([group], 202611)[group]
    assert (held.plan, held.voice_unit) == ("custom-prepaid-19", 60)
    assert [one.service for one in held.allowances] == ["voice", "message", "data"]
    assert all(one.total > 0 and one.left is None for one in held.allowances)


def test_payments_are_accepted_as_soon_as_they_are_recorded() -> None:
    (account,) = opened("A1")
    payment = NewPayment(account_id=account.account_id, amount_fen=3000, reference="P1")
    assert billing_source().take_payment(payment, NOW).first
    assert not billing_source().take_payment(payment, NOW).first
    (kept,) = billing_source().payments(account.account_id, 5)
    assert (kept.reference, kept.amount_fen, kept.state) == ("P1", 3000, PaymentState.ACCEPTED)
    assert billing_source().bills(account.account_id, 5) == ()
