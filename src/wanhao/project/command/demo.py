"""`wanhao demo`: the demo operator's world and its traffic."""

import shutil
import threading
import time
from datetime import datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from wanhao.project import clock
from wanhao.project.command.sessions import database, stopped_by_signals
from wanhao.project.demo.billing_peer import TOKEN, PeerServer
from wanhao.project.demo.traffic import run_traffic
from wanhao.project.demo.world import build_world
from wanhao.project.env import environment
from wanhao.project.ports_in_use import answers, refuse_if_taken
from wanhao.project.single import only_one
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

LOOK_EVERY = 0.5


@click.group()
def demo() -> None:
    """The demo operator: eleven cities, its customers, and what they use."""


@demo.command()
@database()
def build() -> None:
    """Build the demo world; what is already there is left alone."""
    wanted = environment().demo_lines
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console()) as progress:
        task = progress.add_task("Opening lines", total=wanted)
        build_world(
            wanted,
            lambda done, total: progress.update(task, completed=done, total=total),
            clock.now(),
        )
    click.echo(f"The demo world has {wanted:,} lines.")


@demo.command()
@database()
def traffic() -> None:
    """Drop realistic usage files into the inbox until stopped."""
    run_traffic(stopped_by_signals(), environment().inbox)


@demo.command()
@click.option(
    "--minutes",
    default=clock.MINUTES,
    show_default=True,
    type=click.IntRange(1, 600),
    help="How long the month takes.",
)
def month(minutes: int) -> None:
    """Let a running demo live through the coming month in minutes; time never goes back."""
    env = environment()
    if not answers(env.host, env.port, 1.0):
        raise WanhaoError("No demo is running here.", "Start it first: wanhao up")
    shared = clock.demo_clock()
    if not shared.hurries():
        shared.pass_a_month(minutes)
    began = shared()
    goal = _goal(shared)
    with Progress(TextColumn("{task.description}"), BarColumn(), console=Console()) as progress:
        task = progress.add_task("", total=(goal - began).total_seconds())
        while shared.hurries():
            shown = shared()
            progress.update(
                task,
                completed=(shown - began).total_seconds(),
                description=f"{shown.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            )
            time.sleep(LOOK_EVERY)
    click.echo(f"It is {shared().astimezone(SHANGHAI):%Y-%m-%d %H:%M}; time passes as usual again.")


def _goal(shared: clock.DemoClock) -> datetime:
    haste = shared.haste()
    return shared() if haste is None else haste.goal


@demo.command()
@click.option("--port", default=2790, show_default=True, help="Port it answers at.")
def billing(port: int) -> None:
    """Run a small foreign billing on this machine until stopped, to try the link with."""
    stop = stopped_by_signals()
    refuse_if_taken("127.0.0.1", port, "--port")
    server = PeerServer(port)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    click.echo(f"a foreign billing answers at {server.url}, its token is {TOKEN}")
    stop.wait()
    server.shutdown()
    server.server_close()
    thread.join()


@demo.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(yes: bool) -> None:
    """Delete the embedded database, usage files and logs; the next start begins anew."""
    env = environment()
    if env.database_url:
        raise WanhaoError(
            "DATABASE_URL is set, and a database of your own is never deleted.",
            "Unset DATABASE_URL to reset the embedded one.",
        )
    question = f"Delete everything below {env.data}?"
    if not yes and not click.confirm(question):
        click.echo("Nothing was deleted.")
        return
    with only_one(env.data, "it must be stopped first"):
        for part in ("pg", "usage", "smsc", "sms", "network", "log"):
            shutil.rmtree(env.data / part, ignore_errors=True)
        (env.data / clock.CLOCK_FILE).unlink(missing_ok=True)
    click.echo("Deleted. Start anew with: wanhao up")
