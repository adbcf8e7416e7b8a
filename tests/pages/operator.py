"""A very small operator whose records are really counted, for the tests of the pages."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.communications.policies import at_any_hour
from tests.parties.examples import a_family, a_line, an_account
from wanhao.communications import actions as communications
from wanhao.communications.changing import change_rule
from wanhao.parties.contracts import NewAccount
from wanhao.products.actions import load_catalogue
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

TALKER = 16907910001
FAMILY = 16907920001
STRANGER = 16907999999
HEADER = "record_id,source,number,service,zone,start,quantity,sign\n"


class SmallOperator:
    """One talker with 100 minutes and one family; files are dropped and counted by hand."""

    def __init__(self, folder: Path) -> None:
        self.folders = Folders(folder)
        self.meter = LocalMeter(folders=self.folders, sink=TellCustomers(), shards=2)
        self._next = 0
        # Fixed, so that calls sent again are the same to the second.
        self._start = int((datetime.now(UTC) - timedelta(minutes=5)).timestamp())

    def open(self) -> None:
        """Start the meter, open the accounts, and tell it what to watch."""
        self.meter.start()
        self.count()
        load_catalogue()
        at_any_hour(datetime.now(UTC))
        orders = [
            AccountOrder(
                account=an_account("talker", (a_line(TALKER),)), offering_codes=("lexiang-4g-59",)
            ),
            AccountOrder(account=a_family("family"), offering_codes=("lexiang-4g-169",)),
        ]
        open_accounts(orders, datetime.now(UTC))
        watch_thresholds(datetime.now(UTC))
        self.count()

    def wait_for_the_morning(self) -> None:
        """It is in the midst of quiet hours; the family crosses 80 % of its minutes and waits."""
        now = datetime.now(UTC)
        here, hour = now.astimezone(SHANGHAI), timedelta(hours=1)
        quiet = {"quiet_from": f"{here - hour:%H:%M}", "quiet_until": f"{here + 2 * hour:%H:%M}"}
        change_rule("policy", quiet, by="test", reason="night", now=now)
        self.calls([570], number=FAMILY)
        communications.release_due(datetime.now(UTC))

    def opens(self, account: NewAccount) -> None:
        """Open one more account, of which the meter learns with its next count."""
        order = AccountOrder(account=account, offering_codes=("lexiang-4g-59",))
        open_accounts([order], datetime.now(UTC) - timedelta(days=1))

    def close(self) -> None:
        self.meter.stop()

    def calls(self, minutes: Sequence[int], number: int = TALKER, *, kept: bool = False) -> None:
        """Drop a file of calls and count it; `kept` sends the same calls in another file."""
        if kept:
            self._next -= len(minutes)
        rows = []
        for length in minutes:
            amount = f"{self._start},{length * 60},1"
            rows.append(f"{self._next},msc-1,{number},voice,domestic,{amount}\n")
            self._next += 1
        if kept:
            rows.reverse()  # another file by its bytes, the same records
        self.drop(f"calls-{self._next}-{len(list(self.folders.done.glob('*')))}.csv", rows)

    def drop(self, name: str, rows: Sequence[str]) -> None:
        """Drop a file as another system would, and count it."""
        unfinished = self.folders.inbox / f".{name}.tmp"
        unfinished.write_text(HEADER + "".join(rows))
        unfinished.rename(self.folders.inbox / name)
        self.count()

    def count(self) -> None:
        """Count until nothing is left to count."""
        while self.meter.step():
            pass

    def send(self) -> list[int]:
        """Release and hand over everything that is due; returns the messages in hand."""
        now = datetime.now(UTC)
        communications.release_due(now)
        return [one.message_id for one in communications.claim_for_sending("test", 100, now)]
