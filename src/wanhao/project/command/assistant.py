"""`wanhao assistant`: answer AI assistants; issue, list and revoke the tokens they bring."""

import getpass
from datetime import timedelta

import click
import uvicorn

from wanhao.access.contracts import NewToken, Scope, TokenView
from wanhao.access.tokens import LONGEST_DAYS, issue_token, revoke_token, tokens
from wanhao.channels.assistant.contracts import PATH, AssistantConfig
from wanhao.channels.assistant.http import http_app
from wanhao.channels.assistant.stdio import serve_stdio
from wanhao.parties.queries import lines_by_id, lines_by_number
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.project.env import Environment, environment
from wanhao.project.ports_in_use import refuse_if_taken
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

GRACE_SECONDS = 5


@click.group(invoke_without_command=True)
@click.option("--stdio", is_flag=True, help="Serve the assistant that started this, by a pipe.")
@click.pass_context
def assistant(context: click.Context, stdio: bool) -> None:
    """Answer AI assistants at WANHAO_ASSISTANT_HOST and WANHAO_ASSISTANT_PORT."""
    if context.invoked_subcommand is not None:
        return
    env = environment()
    if stdio:
        refuse_without_database()
        with database():
            serve_stdio(env.assistant_token, assistant_config(env), clock.now)
        return
    with database():
        _serve(env)


@assistant.command()
@click.argument("number", type=int)
@click.option(
    "--scopes",
    default=Scope.READ.value,
    show_default=True,
    help="What it may do: read, or read,change.",
)
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), default=30, show_default=True)
@click.option("--reason", required=True, help="Why, for whoever asks later.")
def token(number: int, scopes: str, days: int, reason: str) -> None:
    """Issue a token for the line NUMBER; it is told this once."""
    refuse_without_database()
    now = clock.now()
    with database():
        line = lines_by_number({Msisdn(number).value}).get(number)
        if line is None:
            raise WanhaoError(f"Nobody has the number {Msisdn(number).masked}.", "Give a live one.")
        asked = NewToken(
            line_id=line.line_id,
            scopes=read_scopes(scopes),
            ends_at=now + timedelta(days=days),
            issued_by=_who(),
            reason=reason,
        )
        secret, issued = issue_token(asked, now)
    click.echo(secret)
    click.echo(f"token {issued.token_id}, told only this once; {_told(issued)}", err=True)


@assistant.command("tokens")
@click.option("--line", "number", type=int, help="Of this number only.")
def tokens_command(number: int | None) -> None:
    """List the latest tokens, numbers masked; secrets are kept nowhere."""
    refuse_without_database()
    with database():
        lines = None if number is None else lines_by_number({Msisdn(number).value})
        found = tokens(None if lines is None else [line.line_id for line in lines.values()])
        known = lines_by_id({one.line_id for one in found})
    for one in found:
        line = known.get(one.line_id)
        whose = Msisdn(line.number).masked if line else "line ended"
        click.echo(f"{one.token_id:>6}  {whose}  {_told(one)}  {one.issued_by}: {one.reason}")


@assistant.command()
@click.argument("token_id", type=int, metavar="TOKEN")
def revoke(token_id: int) -> None:
    """Revoke TOKEN, a number of the list; it does not work any more from now on."""
    refuse_without_database()
    with database():
        revoked = revoke_token(token_id, _who(), clock.now())
    click.echo(f"token {revoked.token_id}: {_told(revoked)}")


def read_scopes(given: str) -> frozenset[Scope]:
    """`read,change` as scopes."""
    words = {word.strip() for word in given.split(",") if word.strip()}
    unknown = words - set(Scope)
    if unknown:
        raise WanhaoError(f"'{sorted(unknown)[0]}' is no scope.", "Give read, or read,change.")
    return frozenset(Scope(word) for word in words)


def assistant_config(env: Environment) -> AssistantConfig:
    """The door as the environment has it."""
    return AssistantConfig(
        host=env.assistant_host,
        port=env.assistant_port,
        names=env.assistant_names,
        origins=env.assistant_origins,
        per_hour=env.assistant_per_hour,
        hall_url=env.hall_url,
    )


def _serve(env: Environment) -> None:
    config = assistant_config(env)
    refuse_if_taken(config.host, config.port, "WANHAO_ASSISTANT_PORT")
    shown = f"[{config.host}]" if ":" in config.host else config.host
    click.echo(f"answering assistants at http://{shown}:{config.port}{PATH}")
    uvicorn.run(
        http_app(config, clock.now),
        host=config.host,
        port=config.port,
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _told(one: TokenView) -> str:
    scopes = "+".join(sorted(one.scopes))
    if one.revoked_at:
        return f"{scopes}, revoked {one.revoked_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    used = f", used {one.used_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.used_at else ""
    return f"{scopes}, until {one.ends_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}{used}"


def _who() -> str:
    return f"command:{getpass.getuser()}"[:64]
