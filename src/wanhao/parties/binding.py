"""Which lines a login may ask for: bound, ended, and the lines' own logins."""

from datetime import datetime, timedelta
from typing import LiteralString

from django.db import transaction

from wanhao.parties.contracts import BindingView, Language, LineRole, LineView
from wanhao.parties.models import Line, LineBinding
from wanhao.prepared.questions import ask
from wanhao.values.errors import WanhaoError

BOUND = """
SELECT binding.id, binding.login_id, binding.own, binding.since,
    line.id, line.number, line.account_id, line.group_id, line.role, line.language, line.city,
    coalesce(preference.large_type, false)
FROM wanhao_parties_linebinding AS binding
JOIN wanhao_parties_line AS line ON line.id = binding.line_id AND line.until IS NULL
LEFT JOIN wanhao_parties_linepreference AS preference ON preference.line_id = line.id
WHERE binding.until IS NULL AND {asked} = %s
ORDER BY binding.own DESC, binding.id
"""
BOUND_TO: LiteralString = BOUND.replace("{asked}", "binding.login_id")
BOUND_BY: LiteralString = BOUND.replace("{asked}", "binding.line_id")

MOST_LINES = 10
"""Lines of one login; who has more is a company, and has somebody at the counter."""

TAKEN_BACK = timedelta(minutes=30)
"""How long a login may take back that it unbound a line."""


@transaction.atomic
def bind_line(
    login_id: int, line_id: int, now: datetime, *, by: str, own: bool = False
) -> BindingView:
    """A login may ask for a line from now on; bound before, it stays as it was.

    WanhaoError when the line is not in use, or the login has as many lines as it may have.
    """
    if not Line.objects.select_for_update(no_key=True).filter(id=line_id, until=None).exists():
        raise WanhaoError(f"Line {line_id} is not in use.", "Give the number of a line in use.")
    live = bindings_of(login_id)
    found = next((one for one in live if one.line.line_id == line_id), None)
    if found is not None:
        return found
    if len(live) >= MOST_LINES:
        raise WanhaoError(
            f"A login has at most {MOST_LINES} lines.", "Unbind a line you do not need any more."
        )
    LineBinding.objects.create(
        login_id=login_id, line_id=line_id, own=own, since=now, bound_by=by[:64]
    )
    return next(one for one in bindings_of(login_id) if one.line.line_id == line_id)


@transaction.atomic
def unbind_line(login_id: int, line_id: int, now: datetime, *, by: str) -> bool:
    """A login asks for a line no more; False when it did not."""
    live = LineBinding.objects.filter(login_id=login_id, line_id=line_id, until=None)
    return bool(live.update(until=now, ended_by=by[:64]))


@transaction.atomic
def rebind_line(login_id: int, line_id: int, now: datetime, *, by: str) -> BindingView:
    """Take an unbinding back: as it was, its own where it was its own and is nobody else's.

    WanhaoError when the login never had the line, or as `bind_line` says.
    """
    last = LineBinding.objects.filter(login_id=login_id, line_id=line_id).order_by("-id").first()
    if last is None:
        raise WanhaoError(f"Login {login_id} never had line {line_id}.", "Bind it by a code.")
    own = last.own and own_login(line_id) is None
    return bind_line(login_id, line_id, now, by=by, own=own)


def may_rebind(login_id: int, line_id: int, now: datetime) -> bool:
    """Whether a login unbound a line itself a moment ago, and nobody released the line since."""
    last = LineBinding.objects.filter(login_id=login_id, line_id=line_id).order_by("-id").first()
    if last is None or last.until is None:
        return False
    return last.ended_by == f"login {login_id}" and now - last.until < TAKEN_BACK


@transaction.atomic
def release_line(line_id: int, keep_login: int, now: datetime, *, by: str) -> int:
    """No login but one asks for a line any more, nor takes back that it does not; how many did."""
    rows = LineBinding.objects.filter(line_id=line_id).exclude(login_id=keep_login)
    rows.filter(until__gt=now - TAKEN_BACK).update(ended_by=by[:64])
    others = rows.filter(until=None)
    return others.update(until=now, ended_by=by[:64])


@transaction.atomic
def carry_bindings(from_line: int, to_line: int, now: datetime) -> None:
    """A number that gets another line, and stays with who uses it, stays with its logins."""
    for row in LineBinding.objects.select_for_update().filter(line_id=from_line, until=None):
        row.until, row.ended_by = max(now, row.since), "moved"
        row.save(update_fields=["until", "ended_by"])
        LineBinding.objects.create(
            login_id=row.login_id, line_id=to_line, own=row.own, since=now, bound_by=row.bound_by
        )


def bindings_of(login_id: int) -> tuple[BindingView, ...]:
    """The lines in use a login may ask for, its own first, then in the order of binding."""
    return _views(BOUND_TO, login_id)


def bindings_of_line(line_id: int) -> tuple[BindingView, ...]:
    """The logins that may ask for a line in use."""
    return _views(BOUND_BY, line_id)


def own_login(line_id: int) -> int | None:
    """With which login one signs in by the number of a line; None: nobody did so far."""
    rows = LineBinding.objects.filter(line_id=line_id, own=True, until=None, line__until=None)
    return rows.values_list("login_id", flat=True).first()


def _views(question: LiteralString, pk: int) -> tuple[BindingView, ...]:
    return tuple(
        BindingView(
            binding_id=binding_id,
            login_id=login_id,
            line=LineView(
                line_id=line_id,
                number=number,
                account_id=account_id,
                group_id=group_id,
                role=LineRole(role),
                language=Language(language),
                city=city,
            ),
            own=own,
            since=since,
            large_type=large_type,
        )
        for (
            binding_id,
            login_id,
            own,
            since,
            line_id,
            number,
            account_id,
            group_id,
            role,
            language,
            city,
            large_type,
        ) in ask(question, pk)
    )
