"""How this process reads the meter, and answering other machines."""

import click
import uvicorn

from wanhao.project.env import HERE, environment
from wanhao.project.ports_in_use import is_free
from wanhao.usage.folders import Folders
from wanhao.usage.ports import provide_reader
from wanhao.usage.view.reader import LocalReader
from wanhao.usage.view.remote import RemoteReader
from wanhao.usage.view.serving import ReadingApp
from wanhao.values.errors import WanhaoError


def wire_reading() -> None:
    """Put the meter of this machine, or of another one, behind the port."""
    env = environment()
    if env.meter_url:
        provide_reader(RemoteReader(env.meter_url, env.meter_token))
    else:
        provide_reader(local_reader())


def local_reader() -> LocalReader:
    """Reads the meter of this machine, whether it runs or not."""
    return LocalReader(Folders(environment().data / "usage").root)


def serve_readers() -> None:
    """Answer other machines until told to stop; WanhaoError where that is not set up."""
    env = environment()
    host, _, port = env.meter_serve.rpartition(":")
    if not port:
        raise WanhaoError(
            "No address is set at which other machines could be answered.",
            "Set WANHAO_METER_SERVE, as 127.0.0.1:8011.",
        )
    if host not in HERE and not env.meter_token:
        raise WanhaoError(
            f"Other machines may reach {env.meter_serve}, and no token is set.",
            "Set WANHAO_METER_TOKEN, here and where WANHAO_METER_URL is set.",
        )
    if not is_free(host.strip("[]"), int(port)):
        raise WanhaoError(
            f"Nobody can answer at {env.meter_serve}: it is taken, or no address of this machine.",
            "Set WANHAO_METER_SERVE to another host:port.",
        )
    click.echo(f"answering at http://{env.meter_serve}/use")
    uvicorn.run(
        ReadingApp(local_reader(), env.meter_token),
        host=host.strip("[]"),
        port=int(port),
        lifespan="off",
        log_level="warning",
        access_log=False,
    )
