"""Processes of the `wanhao` command that are killed and started again."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from django.db import connection

from wanhao.channels.sms.peer import SmscPeer

NAMES = ("meter", "worker", "sms")


class Processes:
    """Meter, worker and SMS link on one database; whatever has ended is started again."""

    def __init__(self, data: Path, smsc: SmscPeer) -> None:
        database = connection.settings_dict
        self.environment = os.environ | {
            "DATABASE_URL": f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}",
            "WANHAO_DATA": str(data),
            "WANHAO_SMSC_PORT": str(smsc.address.port),
            "WANHAO_METER_SHARDS": "2",
            "WANHAO_METER_BATCH_ROWS": "100",
            "WANHAO_SNAPSHOT_EVERY": "3",
            "WANHAO_SMSC_PER_SECOND": "200",
        }
        self.printed = data / "printed"
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.killed: Counter[str] = Counter()

    def keep_up(self) -> None:
        """Start those that do not run; a meter whose lock is still held ends by itself."""
        for name in NAMES:
            if name not in self.running or self.running[name].poll() is not None:
                self._start(name)

    def kill(self, name: str) -> None:
        """End one without a chance to tidy up; it is started again at once."""
        process = self.running[name]
        process.send_signal(signal.SIGKILL)
        self.killed[name] += process.wait() == -signal.SIGKILL
        self.keep_up()

    def stop(self) -> None:
        """Let all of them end as they like to."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(120)

    def _start(self, name: str) -> None:
        command = [sys.executable, "-m", "wanhao.project.command", name]
        with self.printed.open("ab") as out:
            self.running[name] = subprocess.Popen(
                command, env=self.environment, stdout=out, stderr=out
            )
