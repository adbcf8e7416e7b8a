"""A database from before the journal keeps every payment and every balance."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

BEFORE = """
INSERT INTO wanhao_parties_customer (id, name, kind, city) VALUES (1, '王小明', 'person', '3601');
INSERT INTO wanhao_parties_billingaccount (id, reference, customer_id, pay_type)
VALUES (1, 'A1', 1, 'prepaid'), (2, 'A2', 1, 'prepaid');
INSERT INTO wanhao_billing_accountbalance VALUES (1, 8000, now()), (2, 0, now());
INSERT INTO wanhao_billing_payment (id, account_id, amount_fen, reference, received_at)
VALUES (11, 1, 5000, 'P1', '2026-11-01 00:00Z'), (12, 1, 3000, 'P2', '2026-11-02 00:00Z');
INSERT INTO wanhao_billing_ledgerentry (account_id, book, amount_fen, payment_id, at)
VALUES (1, 'payments', 5000, 11, '2026-11-01 00:00Z'), (1, 'payments', 3000, 12, now());
"""
POSTINGS = """
SELECT journal.reference, posting.book, posting.account_id, posting.amount_fen
FROM wanhao_billing_posting AS posting JOIN wanhao_billing_journaltransaction AS journal
ON journal.id = posting.transaction_id ORDER BY posting.id
"""


@pytest.fixture
def old_database(db: None) -> Iterator[str]:
    """A database of its own, with the tables as they were at first."""
    known = connection.settings_dict
    name = f"{known['NAME']}_before"
    names = {"user": "USER", "host": "HOST", "port": "PORT"}
    place = {key: known[kept] for key, kept in names.items() if known[kept]}
    with psycopg.connect(make_conninfo(dbname="postgres", **place), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_conninfo(dbname=name, **place)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def migrate(url: str, *words: str) -> None:
    command = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", *words]
    subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True, timeout=120)


def test_old_payments_get_their_transaction_and_both_sides(old_database: str) -> None:
    migrate(old_database, "wanhao_billing", "0001")
    with psycopg.connect(old_database) as old:
        old.execute(BEFORE)
    migrate(old_database, "wanhao_billing")

    with psycopg.connect(old_database) as new:
        assert new.execute(POSTINGS).fetchall() == [
            ("P1", "clearing-other", None, -5000),
            ("P1", "general", 1, 5000),
            ("P2", "clearing-other", None, -3000),
            ("P2", "general", 1, 3000),
        ]
        payments = "SELECT reference, channel, kind, transaction_id > 0 FROM wanhao_billing_payment"
        assert new.execute(payments).fetchall() == [
            ("P1", "other", "general", True),
            ("P2", "other", "general", True),
        ]
        has = "SELECT account_id, balance_fen FROM wanhao_billing_accountbalance ORDER BY 1"
        assert new.execute(has).fetchall() == [(1, 8000), (2, 0)]
        with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
            new.execute("UPDATE wanhao_billing_payment SET amount_fen = 1")
