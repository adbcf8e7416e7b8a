"""Runs the peer until it is told to stop: python -m wanhao.channels.payment_peer --port ..."""

import signal
import threading
from pathlib import Path

import click

from wanhao.channels.payment_peer.keys import make_keys
from wanhao.channels.payment_peer.serving import PeerServer


@click.command()
@click.option("--port", type=int, default=0, help="Port on this machine; any free one if not.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keys and trades.")
def main(port: int, folder: Path) -> None:
    """Serve WeChat Pay and Alipay on this machine, with play money."""
    make_keys(folder)
    server = PeerServer(port, folder)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    click.echo(f"serving {server.address}, WeChat Pay and Alipay with play money")
    stop.wait()
    server.shutdown()


if __name__ == "__main__":
    main()
