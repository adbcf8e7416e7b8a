"""`wanhao web`, `worker` and `meter`: processes a system is made of; `sms.py` has one more."""

import click
import uvicorn
from django.conf import settings

from wanhao.project.billing import keeping_up_with_billing
from wanhao.project.command.sessions import database, stopped_by_signals
from wanhao.project.env import environment
from wanhao.project.ports_in_use import refuse_if_taken
from wanhao.project.wiring import run_meter
from wanhao.project.worker import run_worker

# Live pages hold their connection open; they are cut so that a stop is quick.
WEB_GRACE_SECONDS = 2
# A worker process that does not answer its parent for so long is ended, and another one started.
WORKER_PATIENCE_SECONDS = 60


@click.command()
@database()
def web() -> None:
    """Serve the pages at WANHAO_HOST and WANHAO_PORT."""
    env = environment()
    refuse_if_taken(env.host, env.port, "WANHAO_PORT")
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    click.echo(f"serving http://{env.host}:{env.port}/")
    uvicorn.run(
        "wanhao.project.asgi:application",
        host=env.host,
        port=env.port,
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=WEB_GRACE_SECONDS,
        workers=env.web_workers,
        timeout_worker_healthcheck=WORKER_PATIENCE_SECONDS,
    )


@click.command()
@database()
def worker() -> None:
    """Release messages that are due; any number of workers may run."""
    stop = stopped_by_signals()
    with keeping_up_with_billing(stop):
        run_worker(stop)


@click.command()
@database()
@click.option("--standby", is_flag=True, help="Follow a meter that counts; go on when it ends.")
def meter(standby: bool) -> None:
    """Count the usage files that are dropped into the inbox."""
    run_meter(stopped_by_signals(), standby=standby)
