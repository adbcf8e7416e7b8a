"""Import parties: an operator's customers, accounts, lines and holdings, chunk by chunk."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from wanhao.billing.queries import payments_by_reference
from wanhao.parties.contracts import PayType
from wanhao.parties.importing import actions, staging
from wanhao.parties.importing.checking import Checker, RowFault
from wanhao.parties.importing.contracts import (
    FaultCount,
    ImportedLine,
    Source,
    StandingLine,
    Vocabulary,
)
from wanhao.parties.importing.reading import digest_of, ignored_columns, read_batches
from wanhao.parties.states import RunState
from wanhao.products.contracts import Kind, Lasts
from wanhao.products.queries import codes_held, offerings
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.workflows.equip_accounts import FreshAccount, FreshGroup, equip_accounts

PLANS = frozenset({Kind.PLAN, Kind.BUNDLE})
PACKS = frozenset({Kind.PACK, Kind.UPGRADE, Kind.BROADBAND})
TRIES = 5
"""How often a chunk is compared anew when somebody is faster, before the import gives up."""
LEARN_AFTER = frozenset({0, 3, 15, 63, 255})
"""Chunks behind which the database counts its tables anew: an empty one has become a large one."""

Watch = Callable[[str, int, int], None]
"""Told the step ("reading", "comparing", "opening"), how much of it is done, and how much it is."""
Tell = Callable[[str, Iterator[RowFault]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How a file is to be imported: only looked at, or refused whole when a row is wrong.

    `chunk_lines` are written in one transaction; an account is never cut, so it may be a few more.
    """

    encoding: str = "utf-8"
    dry_run: bool = False
    strict: bool = False
    chunk_lines: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What became of a file, or would (looked at, refused): rows = opened + standing + left out.

    `resumed_at` is the chunk at which an interrupted import went on, 0 for one from the beginning.
    """

    name: str
    rows: int
    accounts: int
    accounts_opened: int
    rows_opened: int
    rows_standing: int
    rows_left_out: int
    faults: tuple[FaultCount, ...]
    ignored_columns: tuple[str, ...]
    resumed_at: int
    refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Import:
    """One file on its way: what it is, how it is wanted, and whom to tell."""

    path: Path
    source: Source
    wish: Wish
    tell: Tell
    watch: Watch
    clock: Callable[[], datetime]


def import_parties(
    path: Path, wish: Wish, *, tell: Tell, watch: Watch, clock: Callable[[], datetime]
) -> ImportOutcome:
    """Import a file, or go on with one whose import was interrupted.

    Accounts come in whole or stay out whole, some thousands of lines in one transaction; what is
    known already as the file says is left alone, what is known otherwise stays out. `tell` is given
    the faults at the end. WanhaoError when the file cannot be read or is being imported already.
    """
    source = Source(name=path.name, digest=digest_of(path), encoding=wish.encoding)
    work = _Import(path=path, source=source, wish=wish, tell=tell, watch=watch, clock=clock)
    if wish.dry_run:
        with _staged(work) as rows:
            return _look(work, rows)
    with actions.only_import_of(source):
        actions.begin_run(source, clock())
        try:
            with _staged(work) as rows:
                return _open(work, rows)
        except WanhaoError as error:
            actions.refuse_run(source, str(error), clock())
            raise


@contextmanager
def _staged(work: _Import) -> Iterator[int]:
    """The file's rows compared with each other on the stage, which is empty again afterwards."""
    vocabulary = _vocabulary()
    checker = Checker(vocabulary, work.clock())
    size = work.path.stat().st_size
    rows = 0
    with staging.stage():
        for batch in read_batches(work.path, work.source.encoding):
            staging.add(checker.check(batch))
            rows += len(batch.row) + len(batch.shapeless)
            work.watch("reading", batch.read, size)
        staging.compare_rows(work.wish.chunk_lines)
        yield rows


def _vocabulary() -> Vocabulary:
    """A file may name plans, and beside them what is held until somebody cancels it."""
    sold = offerings()
    return Vocabulary(
        plans=frozenset(one.code for one in sold if one.kind in PLANS),
        packs=frozenset(
            one.code for one in sold if one.kind in PACKS and one.lasts is Lasts.UNTIL_CANCELLED
        ),
    )


def _look(work: _Import, rows: int) -> ImportOutcome:
    """What would happen; nothing is written."""
    _, chunks = staging.size()
    return _outcome(work, rows, _compare_all(work, rows, chunks), refused=False)


def _compare_all(work: _Import, rows: int, chunks: int) -> tuple[int, int]:
    """Compare the first chunks; how many accounts and lines of them nobody has opened."""
    accounts = lines = 0
    for chunk in range(chunks):
        with transaction.atomic():
            _compare(chunk, work.clock())
            opened, of_lines = actions.count_new()
        accounts, lines = accounts + opened, lines + of_lines
        _show(work, "comparing", chunk, rows)
    return accounts, lines


def _open(work: _Import, rows: int) -> ImportOutcome:
    """Open what is not open yet, from the first chunk that is not done."""
    _, chunks = staging.size()
    done = actions.note_size(work.source, rows, chunks, work.clock())
    would = _compare_all(work, rows, chunks if work.wish.strict else done)
    if work.wish.strict and (left_out := staging.left_out()):
        actions.end_run(work.source, RunState.REFUSED, work.clock(), left_out=left_out)
        return _outcome(work, rows, would, refused=True)
    for chunk in range(done, chunks):
        _open_chunk(work, chunk)
        if (chunk - done) in LEARN_AFTER:
            actions.learn_sizes()
        _show(work, "opening", chunk, rows)
    opened = actions.end_run(
        work.source, RunState.FINISHED, work.clock(), left_out=staging.left_out()
    )
    return _outcome(work, rows, opened, refused=False, resumed_at=done)


def _show(work: _Import, step: str, chunk: int, rows: int) -> None:
    """All chunks are about as large, so the rows behind one are known well enough."""
    work.watch(step, min((chunk + 1) * work.wish.chunk_lines, rows), rows)


def _open_chunk(work: _Import, chunk: int) -> None:
    """One chunk in one transaction, compared anew while somebody else is faster."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                now = work.clock()
                _compare(chunk, now)
                if work.wish.strict and staging.left_out():
                    break
                accounts = list(_fresh(actions.open_chunk(), now))
                equip_accounts(accounts, now)
                lines = sum(len(group.lines) for one in accounts for group in one.groups)
                actions.note_chunk(work.source, chunk, len(accounts), lines, now)
                return
        except (actions.ChunkChangedError, IntegrityError):
            continue
    raise WanhaoError(
        f"What {work.source.name} speaks of is being changed by somebody else.",
        "Start the import again; it goes on where it stopped.",
    )


def _compare(chunk: int, now: datetime) -> None:
    """Put out what is known otherwise, by the parties, by what their groups hold, or by what their
    accounts began with; set aside what is known as the file says."""
    standing = actions.compare_chunk(chunk)
    held = codes_held([line.group_id for line in standing], now)
    paid = payments_by_reference([_reference(line.account) for line in standing])
    otherwise = [
        (line, field)
        for line in standing
        for field in _differing(line, held.get(line.group_id, frozenset()), paid)
    ]
    actions.set_aside(standing, otherwise)


def _differing(line: StandingLine, held: frozenset[str], paid: Mapping[str, int]) -> Iterator[str]:
    """The columns whose fields are not what the other rooms know."""
    packs = frozenset(_codes(line.packs))
    if line.plan not in held:
        yield "plan"
    if held - {line.plan} != packs and line.plan in held:
        yield "packs"
    if paid.get(_reference(line.account), 0) != line.balance_fen:
        yield "balance_yuan"


def _reference(account: str) -> str:
    """Under which the payment of an opening balance is known."""
    return f"import-{account}"


def _fresh(lines: Sequence[ImportedLine], now: datetime) -> Iterator[FreshAccount]:
    accounts: dict[int, dict[int, list[ImportedLine]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        accounts[line.account_id][line.group_id].append(line)
    for account_id, groups in accounts.items():
        told = next(iter(groups.values()))[0].told
        yield FreshAccount(
            account_id=account_id,
            pay_type=PayType(told.pay_type),
            groups=tuple(_fresh_group(group_id, of, now) for group_id, of in groups.items()),
            opening_balance_fen=told.balance_fen,
            payment_reference=_reference(told.account) if told.balance_fen else "",
        )


def _fresh_group(group_id: int, lines: Sequence[ImportedLine], now: datetime) -> FreshGroup:
    main = next(line.told for line in lines if line.told.is_main)
    since = datetime.fromtimestamp(main.since, UTC)
    return FreshGroup(
        group_id=group_id,
        plan=main.plan,
        packs=_codes(main.packs),
        held_since=since,
        charged_from=max(Cycle.of(since), Cycle.of(now)).number,
        lines=tuple((line.told.number, line.told.since) for line in lines),
    )


def _codes(packs: str) -> tuple[str, ...]:
    return tuple(packs.split(";")) if packs else ()


def _outcome(
    work: _Import, rows: int, opened: tuple[int, int], *, refused: bool, resumed_at: int = 0
) -> ImportOutcome:
    """The account of the file, told while its rows are still on the stage."""
    left_out = staging.left_out()
    accounts, _ = staging.size()
    work.tell(work.source.name, staging.faults())
    return ImportOutcome(
        name=work.source.name,
        rows=rows,
        accounts=accounts,
        accounts_opened=opened[0],
        rows_opened=opened[1],
        rows_standing=rows - opened[1] - left_out,
        rows_left_out=left_out,
        faults=staging.fault_counts(),
        ignored_columns=tuple(ignored_columns(work.path, work.source.encoding)),
        resumed_at=resumed_at,
        refused=refused,
    )
