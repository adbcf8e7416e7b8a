"""`wanhao up`: everything on this machine with one command."""

import click

from wanhao.project.env import environment
from wanhao.project.host import run_everything


@click.command()
@click.option(
    "--demo/--no-demo",
    default=None,
    envvar="WANHAO_DEMO",
    help="With the demo operator; the default, except on a database of your own.",
)
def up(demo: bool | None) -> None:
    """Run everything: database, pages, worker, meter, SMS; with the demo world if wanted."""
    env = environment()
    # Nobody wants 20,000 invented customers in the database they named in DATABASE_URL.
    wanted = not env.database_url if demo is None else demo
    run_everything(env.model_copy(update={"demo": wanted}))
