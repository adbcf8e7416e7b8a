"""Puts card readers and printers of terminals behind their ports, for the pages."""

from wanhao.outlets.terminals import devices_key
from wanhao.pages.terminal.devices.client import HttpDevices
from wanhao.pages.terminal.ports import provide_devices


def wire_terminals() -> None:
    """Each terminal's own program is asked, with the key of that terminal."""
    devices = HttpDevices(devices_key)
    provide_devices(devices, devices)
