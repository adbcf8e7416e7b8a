"""Runs the gateway until it is told to stop: python -m wanhao.network.peer --port ... --journal"""

import os
import signal
import threading
from pathlib import Path

import click

from wanhao.network.peer.journal import Journal
from wanhao.network.peer.serving import TOKEN_VARIABLE, PeerServer


@click.command()
@click.option(
    "--port", type=int, default=0, help="Port on this machine; any free one unless given."
)
@click.option("--journal", type=click.Path(path_type=Path), required=True, help="What it keeps.")
def main(port: int, journal: Path) -> None:
    """Serve profiles on this machine; the token is in NETWORK_PEER_TOKEN."""
    kept = Journal(journal)
    server = PeerServer(port, os.environ.get(TOKEN_VARIABLE, ""), kept)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    click.echo(f"serving http://127.0.0.1:{server.server_address[1]}, {len(kept)} profiles held")
    stop.wait()
    server.shutdown()
    kept.close()


if __name__ == "__main__":
    main()
