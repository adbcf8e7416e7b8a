"""`wanhao menu ask` and `confirm`: the door of the operator's own people, on behalf of a line."""

import getpass
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

from wanhao.access.actions import record_read
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import (
    JSON,
    Asker,
    Door,
    IdentityLevel,
    Inputs,
    Question,
    Reply,
    ReplyKind,
)
from wanhao.menu.queries import item_of
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

LONGEST_PURPOSE = 64
_level = click.option(
    "--level",
    type=click.IntRange(min(IdentityLevel), max(IdentityLevel)),
    help="How sure you are of the customer: 1, with a line, if left out.",
)
_reason = click.option("--reason", default="", help="Why; needed with a line, and recorded.")
_english = click.option("--english", is_flag=True, help="In English; in Chinese if left out.")
_json = click.option("--json", "as_json", is_flag=True, help="As data.")


@click.command("ask")
@click.argument("item")
@click.option("--line", "number", type=int, help="The number it is about.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="An input of the item.")
@_level
@_reason
@click.option("--yes", is_flag=True, help="Say yes at once to what must be confirmed.")
@_english
@_json
def ask_command(
    item: str,
    number: int | None,
    given: Sequence[str],
    *,
    level: int | None,
    reason: str,
    yes: bool,
    english: bool,
    as_json: bool,
) -> None:
    """Ask ITEM, about a line where it is about one; that somebody asked is recorded."""
    inputs, now = read_given(item_of(item).inputs, given), clock.now()
    refuse_without_database()
    with database():
        asker = _asker(number, level, english)
        _record(asker, f"ask {item}", reason, now)
        reply = ask(Question(item=item, given=inputs, asker=asker), now)
        if yes and reply.kind is ReplyKind.TO_CONFIRM:
            _tell(reply, as_json)
            reply = confirm(asker, now, nonce=reply.nonce, code=reply.code)
    _finish(reply, as_json)


@click.command("confirm")
@click.option("--line", "number", type=int, required=True, help="The number it is about.")
@click.option("--nonce", default="", help="What exactly; the last thing asked if left out.")
@click.option("--code", default="", help="Its four digits, where they are asked for.")
@_level
@_reason
@_english
@_json
def confirm_command(
    number: int,
    *,
    nonce: str,
    code: str,
    level: int | None,
    reason: str,
    english: bool,
    as_json: bool,
) -> None:
    """Say yes to what was asked of a line by command in the last 30 minutes."""
    now = clock.now()
    refuse_without_database()
    with database():
        asker = _asker(number, level, english)
        _record(asker, "confirm", reason, now)
        reply = confirm(asker, now, nonce=nonce, code=code)
    _finish(reply, as_json)


def read_given(inputs: type[Inputs], given: Sequence[str]) -> dict[str, object]:
    """`name=value` as the item's inputs; a list is given by naming it again and again."""
    found: dict[str, list[str]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise WanhaoError(f"'{pair}' is no input.", "Give it as --set NAME=VALUE.")
        found.setdefault(name.strip(), []).append(value)
    fields = inputs.model_json_schema().get("properties", {})
    lists = {name for name, field in fields.items() if field.get("type") == "array"}
    twice = [name for name, values in found.items() if len(values) > 1 and name not in lists]
    if twice:
        raise WanhaoError(f"'{twice[0]}' is given twice.", "Give it once.")
    return {name: values if name in lists else values[0] for name, values in found.items()}


def _asker(number: int | None, level: int | None, english: bool) -> Asker:
    line = None if number is None else _line(number)
    usual = IdentityLevel.ANYONE if line is None else IdentityLevel.KNOWN
    return Asker(
        door=Door.COMMAND,
        level=usual if level is None else IdentityLevel(level),
        language=Language.EN if english else Language.ZH,
        line=line,
        name=f"command:{getpass.getuser()}"[:64],
    )


def _line(number: int) -> LineView:
    found = lines_by_number({Msisdn(number).value}).get(number)
    if found is None:
        raise WanhaoError(f"Nobody has the number {Msisdn(number).masked}.", "Give a live one.")
    return found


def _record(asker: Asker, what: str, reason: str, now: datetime) -> None:
    """Note who asked about a line, and why; WanhaoError where nobody says why."""
    if asker.line is None:
        if asker.level > IdentityLevel.ANYONE:
            raise WanhaoError("A level is about a line.", "Give its number with --line.")
        return
    if not reason.strip():
        raise WanhaoError("Nobody would know why this was asked.", "Give a --reason.")
    said = f"{what} by {asker.name}, level {asker.level:d}: {reason.strip()}"
    if len(said) > LONGEST_PURPOSE:
        room = LONGEST_PURPOSE - len(said) + len(reason.strip())
        raise WanhaoError(f"{room} characters of the reason are kept.", "Give a shorter one.")
    record_read(None, f"line {asker.line.number}", said, now)


def _finish(reply: Reply, as_json: bool) -> None:
    """Tell the reply; a refusal, or a level that is missing, is an error of the command."""
    if reply.kind in {ReplyKind.ANSWERED, ReplyKind.TO_CONFIRM} or as_json:
        _tell(reply, as_json)
    if reply.kind is ReplyKind.TO_STEP_UP:
        raise WanhaoError(reply.long, f"Give --level {reply.needs:d} when you verified that much.")
    if reply.kind is ReplyKind.REFUSED:
        raise WanhaoError(reply.long)


def _tell(reply: Reply, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_as_data(reply), ensure_ascii=False))
        return
    click.echo(reply.long)
    if reply.kind is ReplyKind.TO_CONFIRM:
        click.echo(f"nonce {reply.nonce}, code {reply.code}, until {reply.expires_at}")


def _as_data(reply: Reply) -> Mapping[str, JSON]:
    told: dict[str, Any] = {
        "kind": reply.kind.value,
        "item": reply.item,
        "long": reply.long,
        "short": reply.short,
        "data": reply.data,
    }
    if reply.kind is ReplyKind.TO_CONFIRM:
        told["nonce"], told["code"] = reply.nonce, reply.code
        told["expires_at"] = reply.expires_at and reply.expires_at.isoformat()
    if reply.needs is not None:
        told["needs"] = int(reply.needs)
    return told
