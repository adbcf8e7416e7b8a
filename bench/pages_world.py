"""A hall's customers for `make bench-pages`: what each has, as the demo's have it, set-based.

Everybody holds a plan and a pack, paid something and was charged last month's bill, has points of
two years and a star; one of twenty owes. The meter knows where each stands.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from bench.parties import write_parties
from bench.scratch import SCRATCH
from bench.world import FIRST, load, make_world
from wanhao.access.models import Login
from wanhao.menu.contracts import Door
from wanhao.metering.state import MeterState
from wanhao.pages.hall.proofs import HallSession, Proof, to_json
from wanhao.pages.hall.visitors import KEPT
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import sold_as
from wanhao.products.rules import slot_of
from wanhao.usage.view.writer import MeterView
from wanhao.values.cycle import Cycle
from wanhao.workflows.open_login import open_login

PLAN, PACK = "lexiang-3g-49", "sms-pack-5"
PAID_FEN, BILL_FEN = 10_000, 4_900
OWING, OWES_FEN = 20, 1_500
POINTS = (700, 500)
MID_MONTH = timedelta(days=14, hours=8)
HELD = """
INSERT INTO wanhao_products_product (group_id, offering_id, slot, since, charged_from)
SELECT n, %s, %s, '2026-01-01', 202601 FROM generate_series(1, %s) n;
"""
MONEY = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT n, CASE WHEN n %% {owing} = 0 THEN -{owes} ELSE {paid} - {bill} END, now()
FROM generate_series(1, {count}) n;
INSERT INTO wanhao_billing_journaltransaction (id, kind, reference, at, cycle, memo) VALUES
    (1, 'payment', 'bench', now(), NULL, ''), (2, 'charge', 'bench', now(), {cycle}, '');
INSERT INTO wanhao_billing_posting (transaction_id, book, account_id, amount_fen)
SELECT 1, 'general', n, CASE WHEN n %% {owing} = 0 THEN {bill} - {owes} ELSE {paid} END
FROM generate_series(1, {count}) n;
INSERT INTO wanhao_billing_posting (transaction_id, book, account_id, amount_fen)
SELECT 2, 'general', n, -{bill} FROM generate_series(1, {count}) n;
INSERT INTO wanhao_billing_bill (account_id, cycle, total_fen, lines, issued_at, due_on, journal)
SELECT n, {cycle}, {bill}, '[]', now(), now() - interval '1 day', 'bench'
FROM generate_series(1, {count}) n;
"""
REWARDS = """
INSERT INTO wanhao_loyalty_pointsbatch (account_id, year, points)
SELECT n, year, points FROM generate_series(1, %(count)s) n,
    unnest(%(years)s::int[], %(points)s::int[]) AS earned(year, points);
INSERT INTO wanhao_loyalty_accountstar (account_id, star, growth, since, ends_at, cycle)
SELECT n, 3, 2000, now(), now() + interval '1 year', %(cycle)s
FROM generate_series(1, %(count)s) n;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who is signed in: the session's cookie, and what their home page must say."""

    cookie: str
    says: tuple[str, ...]


def write_customers(count: int) -> None:
    """Lines 1..count with all they have, in one transaction; foreign keys hold by construction."""
    write_parties(count)
    load_catalogue()
    now = datetime.now(UTC)
    cycle = Cycle.of(now)
    year = cycle.number // 100
    money = {"owing": OWING, "owes": OWES_FEN, "paid": PAID_FEN, "bill": BILL_FEN}
    rewards: dict[str, Any] = {
        "count": count,
        "years": [year - 2, year - 1],
        "points": list(POINTS),
        "cycle": cycle.previous.number,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for code in (PLAN, PACK):
            number, sold = sold_as(code)
            cursor.execute(HELD, [number, slot_of(sold), count])
        cursor.execute(
            MONEY.format(count=count, cycle=cycle.previous.number, **money).replace("%%", "%")
        )
        cursor.execute(REWARDS, rewards)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def show_use(count: int) -> MeterView:
    """A meter that knows where each line stands, and shows it as long as what is returned lives."""
    state = MeterState.empty(8)
    middle = Cycle.of(datetime.now(UTC)).start + MID_MONTH
    world = make_world(count, np.random.default_rng(10_001))
    load(state, world, int(middle.timestamp()))
    folder = SCRATCH / "usage"
    folder.mkdir(exist_ok=True)
    view = MeterView(folder=folder, state=state, clock=lambda: datetime.now(UTC))
    view.announce()
    return view


def sign_in(lines: list[int]) -> list[Customer]:
    """Customers of these lines, signed in by a code."""
    now = datetime.now(UTC)
    return [_signed_in(line, now) for line in lines]


def _signed_in(line: int, now: datetime) -> Customer:
    client = Client()
    client.force_login(Login.objects.get(id=open_login(FIRST + line, now)))
    session = client.session
    shown = {line: frozenset({Proof.CODE})}
    session[KEPT] = to_json(HallSession(line_id=line, seen=now, door=Door.WEB, proofs=shown))
    session.save()
    fen = OWES_FEN if line % OWING == 0 else PAID_FEN - BILL_FEN
    name = settings.SESSION_COOKIE_NAME
    return Customer(
        cookie=f"{name}={client.cookies[name].value}",
        says=(
            f'data-figure="balance">¥{fen // 100}.{fen % 100:02}<',
            f'data-figure="points">{sum(POINTS):,}',
            'data-service="voice"',
            "短信包",
        ),
    )
