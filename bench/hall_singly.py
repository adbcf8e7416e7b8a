"""The SMS process with a transaction for each message, as the peer of `make bench-hall`."""

from wanhao.channels.sms import receiver
from wanhao.project.command import main

if __name__ == "__main__":
    receiver.TEXTS_AT_ONCE = 1
    main(["sms"], prog_name="wanhao")
