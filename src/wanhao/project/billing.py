"""Who does the billing, and the threads that keep up with a foreign one."""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection

from wanhao.billing.bills.einvoice_http import HttpEInvoices
from wanhao.billing.bills.einvoices import issue_waiting
from wanhao.billing.bills.ports import EInvoiceIssuer, provide_issuer
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import CHANGES, ForeignBillingError
from wanhao.billing.foreign.feeds import bills_feed, note_trouble
from wanhao.billing.foreign.source import ForeignBilling
from wanhao.billing.ports import Billing, provide_billing
from wanhao.project import clock
from wanhao.project.env import environment
from wanhao.values.cycle import Cycle
from wanhao.workflows.bill_ourselves import OwnBilling
from wanhao.workflows.follow_foreign_billing import follow_foreign_billing, recognise_unknown
from wanhao.workflows.forward_payments import forward_payments
from wanhao.workflows.import_bills import import_bills

PAUSE_SECONDS = 1.0
BILLS_PAUSE_SECONDS = 60.0
LONGEST_PAUSE_SECONDS = 30.0

# Returns whether there is more to do at once; raises ForeignBillingError when the other side fails.
Step = Callable[[ForeignBillingClient], bool]


def wire_billing() -> None:
    """Put our own billing or a foreign one behind the port."""
    foreign = environment().billing is Billing.FOREIGN
    provide_billing(ForeignBilling() if foreign else OwnBilling())
    provide_issuer(_issuer())


def issue_invoices(now: datetime) -> bool:
    """Ask for an e-invoice that waits; whether there was one."""
    issuer = _issuer()
    return issuer is not None and issue_waiting(issuer, now)


def _issuer() -> EInvoiceIssuer | None:
    env = environment()
    if not env.einvoice_url:
        return None
    return HttpEInvoices(env.einvoice_url, env.einvoice_seller_tax_id)


def foreign_client(stop: threading.Event | None = None) -> ForeignBillingClient:
    """Asks the foreign billing of the environment; its pauses end when `stop` is set."""
    env = environment()
    if stop is None:
        return ForeignBillingClient(env.billing_url, env.billing_secret)
    return ForeignBillingClient(
        env.billing_url, env.billing_secret, pause=lambda ms: stop.wait(ms / 1_000)
    )


@contextmanager
def keeping_up_with_billing(stop: threading.Event) -> Iterator[None]:
    """While this lasts, follow a foreign billing in threads; with our own there is nothing to do.

    A thread that fails in a way nobody foresaw sets `stop`: the process ends and is started again.
    """
    if environment().billing is not Billing.FOREIGN:
        yield
        return
    work = (
        ("changes", follow, PAUSE_SECONDS),
        ("payments", forward, PAUSE_SECONDS),
        ("bills", fetch_bills, BILLS_PAUSE_SECONDS),
    )
    threads = [
        threading.Thread(target=_run, args=(step, pause, stop), name=f"billing-{name}")
        for name, step, pause in work
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def follow(client: ForeignBillingClient) -> bool:
    """One page of changes; what was unknown is looked up again at the feed's end."""
    with _noted(CHANGES):
        more = follow_foreign_billing(client, clock.now()).more
    if not more:
        recognise_unknown(clock.now())
    return more


def forward(client: ForeignBillingClient) -> bool:
    """Payments that are due."""
    return forward_payments(client, clock.now) > 0


def fetch_bills(client: ForeignBillingClient) -> bool:
    """One page of the bills of the cycle that ended last."""
    now = clock.now()
    cycle = Cycle.of(now).previous.number
    with _noted(bills_feed(cycle)):
        return import_bills(client, cycle, now).more


@contextmanager
def _noted(feed: str) -> Iterator[None]:
    try:
        yield
    except ForeignBillingError as error:
        note_trouble(feed, error.message, clock.now())
        raise


def _run(step: Step, pause: float, stop: threading.Event) -> None:
    try:
        _keep_doing(step, pause, stop)
    except Exception:
        traceback.print_exc()
        stop.set()
    finally:
        connection.close()


def _keep_doing(step: Step, pause: float, stop: threading.Event) -> None:
    client, failures = foreign_client(stop), 0
    while not stop.is_set():
        try:
            more = step(client)
        except ForeignBillingError as error:
            failures += 1
            print(f"billing: {error}")
        except (OperationalError, InterfaceError) as error:
            failures += 1
            print(f"billing: waiting for the database: {str(error).strip()}")
            connection.close()
        else:
            failures = 0
            if more:
                continue
        stop.wait(min(pause * 2**failures, max(pause, LONGEST_PAUSE_SECONDS)))
    client.close()
