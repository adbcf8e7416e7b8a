"""Runs it until it is told to stop: python -m wanhao.pages.terminal.peer --port ... --cards FILE"""

import json
import os
import signal
import threading
from pathlib import Path

import click

from wanhao.pages.terminal.peer.serving import KEY_VARIABLE, DevicesPeer


@click.command()
@click.option("--port", type=int, default=0, help="Port on this machine; any free one unless given.")
@click.option(
    "--cards",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help='JSON: {"Wang Wu": {"name": "王五", "number": "..."}}.',
)
def main(port: int, cards: Path) -> None:
    """Serve a card reader and a printer on this machine; the key is in WANHAO_DEVICES_KEY."""
    server = DevicesPeer(port, os.environ.get(KEY_VARIABLE, ""), json.loads(cards.read_text()))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"card reader and printer of the demo's terminal at {server.url}/")
    stop.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
