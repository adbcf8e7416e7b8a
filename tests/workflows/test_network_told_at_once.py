"""Two change something about a line at the same moment: the network is told of both."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.network.examples import profile_of
from tests.parties.examples import a_line, an_account
from tests.workflows.rivals import while_uncommitted
from wanhao.billing.stop_contracts import NewStop, StopReason
from wanhao.billing.stops import begin_stops
from wanhao.network.contracts import Barring
from wanhao.network.models import LineProfile
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.report_loss import report_loss
from wanhao.workflows.switch_roaming import switch_roaming
from wanhao.workflows.tell_network import tell_network_of

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = 16907910001
OPENED = datetime(2026, 11, 22, 4, tzinfo=UTC)
NOW = OPENED + timedelta(days=1)
Doing = Callable[[], object]


@pytest.fixture(params=[True, False], ids=["told before", "never told"])
def line_id(request: pytest.FixtureRequest) -> int:
    load_catalogue()
    account = an_account("A1", (a_line(NUMBER),))
    open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], OPENED)
    line_id = lines_by_number([NUMBER])[NUMBER].line_id
    if not request.param:
        LineProfile.objects.all().delete()
    return line_id


def stop_for_debt() -> None:
    account_id = lines_by_number([NUMBER])[NUMBER].account_id
    stop = NewStop(
        account_id=account_id,
        cycle=202610,
        owed_fen=5_900,
        reason=StopReason.ARREARS,
        episode=0,
        spent_fen=0,
        billed_through=0,
    )
    begin_stops([stop], NOW)
    tell_network_of([account_id], NOW)


@pytest.mark.parametrize(
    ("barred", "barring"),
    [(lambda: report_loss(NUMBER, NOW), Barring.ALL), (stop_for_debt, Barring.OUTGOING)],
    ids=["lost", "stopped"],
)
@pytest.mark.parametrize("barred_first", [True, False])
def test_a_line_that_is_barred_while_roaming_is_switched_on(
    line_id: int, barred: Doing, barring: Barring, barred_first: bool
) -> None:
    def switched() -> None:
        switch_roaming(line_id, True, NOW, door="sms")

    if barred_first:
        while_uncommitted(barred, switched)
    else:
        # What a worker does is within a transaction of its own.
        while_uncommitted(switched, transaction.atomic(barred))
    told = profile_of(line_id)
    assert (told.barring, told.roaming) == (barring, True)
