"""What came of a run, read from outside: the database's tables, the closed month, the archive,
the newest snapshot."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.proof.running import Run
from tests.proof.standing import newest_state, standing
from wanhao.usage.archive.layout import INDEX

Rows = Counter[str]
TABLES: Mapping[str, str] = {
    "decisions": """
        SELECT subject_kind, subject_id, rule, cycle, episode, tier, outcome, line_id,
            rule_values, trigger - 'occurred_at' #- '{said,time}'
        FROM wanhao_communications_reminderdecision
    """,
    "outbox": """
        SELECT d.subject_kind, d.subject_id, d.rule, d.cycle, d.episode, d.tier,
            m.delivery_class, m.urgent, m.number, m.language, m.figures #- '{said,time}', m.text,
            m.state, m.waits, m.holds_kind, m.holds_key, m.channel, m.error
        FROM wanhao_communications_communicationmessage m
        LEFT JOIN wanhao_communications_reminderdecision d ON d.id = m.decision_id
    """,
    "promises": "SELECT kind, key, state, payload FROM wanhao_promises_promise",
    "facts": "SELECT number, kind, cycle, body FROM wanhao_usage_fact",
    "quarantine": """
        SELECT file, row, reason, text, state FROM wanhao_usage_quarantinedrecord
    """,
    "quarantine by reason": "SELECT reason, records FROM wanhao_usage_quarantinecount",
    "late records": """
        SELECT cycle, account_id, group_id, number, service, zone, start, quantity, sign
        FROM wanhao_usage_lateusage
    """,
    "closed months": "SELECT cycle, rows, digest FROM wanhao_usage_closedcycle",
    "files": """
        SELECT name, digest, rows_done, finished, trouble FROM wanhao_usage_usagefile
    """,
}
SHOWN, LONGEST = 4, 400
"""Of differences: rows shown, letters of each."""
ALIKE = {"decisions": 6, "outbox": 6, "quarantine": 2, "facts": 1, "files": 1}
ALIKE |= {"open months: totals": 5, "open months: charges": 2, "money": 1}
"""By so many first columns two rows belong together."""
BY_DELIVERY = ("files", "quarantine by reason")
"""Tables that tell how often something came, and in which file."""
STEADY = {"decisions": 7, "outbox": 8, "promises": 3}
"""Of these the first columns; the others hold figures as they were when the batch ended, and whose
record of a family it was that crossed."""
TOTALS = """
    SELECT sum(records_in)::bigint, sum(metered)::bigint, sum(duplicate)::bigint,
        sum(quarantined)::bigint, sum(crossings)::bigint
    FROM wanhao_usage_batch
"""
CONSERVED = """
    SELECT count(*) FROM (
        SELECT records_in <> metered + duplicate + quarantined AS broken,
            total_in <> sum(records_in) OVER so_far OR total_metered <> sum(metered) OVER so_far
            OR total_duplicate <> sum(duplicate) OVER so_far
            OR total_quarantined <> sum(quarantined) OVER so_far AS wrong,
            number <> row_number() OVER so_far AS missing
        FROM wanhao_usage_batch WINDOW so_far AS (ORDER BY number)
    ) b WHERE broken OR wrong OR missing
"""
RECORD = pa.schema(
    [
        ("source", pa.utf8()),
        ("record_id", pa.int64()),
        ("text_id", pa.binary()),
        ("start", pa.int64()),
        ("number", pa.int64()),
        ("service", pa.utf8()),
        ("zone", pa.utf8()),
        ("quantity", pa.int64()),
        ("sign", pa.int8()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Rows of each table as text, each with how often it is there, and of how everybody stands;
    records by what became of them; `archive` is every record that the archive holds."""

    tables: Mapping[str, Rows]
    records: Mapping[str, int]
    closed: Mapping[str, Rows]
    archive: pa.Table

    def however_delivered(self) -> "Outcome":
        """What is the same however often, and cut however, the records came: not the duplicates,
        not what a total stood at when a batch ended."""
        tables = {name: rows for name, rows in self.tables.items() if name not in BY_DELIVERY}
        for name, columns in STEADY.items():
            tables[name] = Counter(_as_text(json.loads(row)[:columns]) for row in tables[name])
        held = self.tables["quarantine"]
        tables["quarantine"] = Counter({_as_text(json.loads(row)[2:4]) for row in held})
        return Outcome(
            tables=tables,
            records={"metered": self.records["metered"]},
            closed=self.closed,
            archive=self.archive,
        )


def outcome_of(run: Run) -> Outcome:
    """Everything that must come out the same; AssertionError where records are not conserved."""
    ((broken,),) = run.ask(CONSERVED)
    assert broken == 0, f"{run.name}: {broken} batches do not add up"
    (totals,) = run.ask(TOTALS)
    names = ("in", "metered", "duplicate", "quarantined", "crossings")
    records = dict(zip(names, map(int, totals), strict=True))
    archive = _archived(run.data / "usage" / "archive")
    assert len(archive) == records["metered"], (
        f"{run.name}: {len(archive)} records in the archive, {records['metered']} metered"
    )
    state = newest_state(run.data / "usage" / "snapshots")
    assert state is not None, f"{run.name}: no snapshot is left"
    rows = {**{name: run.ask(asked) for name, asked in TABLES.items()}, **standing(state)}
    tables = {name: Counter(map(_as_text, found)) for name, found in rows.items()}
    return Outcome(
        tables=tables,
        records=records,
        closed={path.name: _closed(path) for path in (run.data / "usage" / "closed").iterdir()},
        archive=archive,
    )


def differences(expected: Outcome, found: Outcome) -> list[str]:
    """What is missing and what is too much, a few of each; nothing when all is the same."""
    said = []
    for name, number in expected.records.items():
        if found.records[name] != number:
            said.append(f"records {name}: {number} expected, {found.records[name]} found")
    pairs = [
        *((name, expected.tables[name], found.tables[name]) for name in expected.tables),
        *(
            (f"closed {n}", expected.closed[n], found.closed.get(n, Rows()))
            for n in expected.closed
        ),
    ]
    if not expected.archive.equals(found.archive):
        pairs.append(("archive", _rows(expected.archive), _rows(found.archive)))
    for name, wanted, got in pairs:
        missing, extra = wanted - got, got - wanted
        if missing or extra:
            some = " | ".join(_told(missing, extra, ALIKE.get(name, 4))[:SHOWN])
            said.append(f"{name}: {missing.total()} missing, {extra.total()} too much: {some}")
    return said


def _told(missing: Rows, extra: Rows, alike: int) -> list[str]:
    """Rows that are alike in their first columns by what they differ in; others whole."""
    left = [json.loads(row) for row in extra]
    said = []
    for row in map(json.loads, missing):
        twin = next((other for other in left if other[:alike] == row[:alike]), None)
        if twin is None:
            said.append(f"missing {_as_text(row)[:LONGEST]}")
            continue
        left.remove(twin)
        odd = [pair for one, two in zip(row, twin, strict=True) for pair in _odd(one, two)]
        said.append(f"{row[:alike]} {odd}"[:LONGEST])
    return said + [f"too much {_as_text(row)[:LONGEST]}" for row in left]


def _odd(one: object, two: object) -> list[tuple[object, object]]:
    """Where two values differ, the fields of two objects one by one."""
    if isinstance(one, dict) and isinstance(two, dict):
        names = one.keys() | two.keys()
        return [((n, one.get(n)), two.get(n)) for n in names if one.get(n) != two.get(n)]
    return [] if one == two else [(one, two)]


def _closed(path: Path) -> Rows:
    """Totals and charges of everybody in a closed month."""
    return Counter(_as_text(row.values()) for row in pq.read_table(path).to_pylist())


def _archived(folder: Path) -> pa.Table:
    """Every record in the archive, in one order: the parts that its manifest names, and the files
    of the batches behind them."""
    manifest = folder / "manifest.json"
    told = json.loads(manifest.read_text()) if manifest.exists() else {"through": 0, "parts": []}
    parts = [folder / "days" / part["day"] / part["name"] for part in told["parts"]]
    paths = [path for part in parts for path in part.glob("*.parquet") if not _is_index(path)]
    paths += [path for path in folder.glob("batch-*.parquet") if _batch(path) > told["through"]]
    names = RECORD.names
    tables = [pq.read_table(path, columns=names).select(names).cast(RECORD) for path in paths]
    table = pa.concat_tables([RECORD.empty_table(), *tables]).combine_chunks()
    return table.sort_by([(name, "ascending") for name in names])


def _is_index(path: Path) -> bool:
    """Whether a file says which numbers a part's other files hold."""
    return path.name.endswith(f"-{INDEX}")


def _batch(path: Path) -> int:
    return int(path.name.split("-")[1])


def _rows(table: pa.Table) -> Rows:
    return Counter(_as_text(row.values()) for row in table.to_pylist())


def _as_text(row: Iterable[object]) -> str:
    return json.dumps(list(row), default=str, sort_keys=True, ensure_ascii=False)
