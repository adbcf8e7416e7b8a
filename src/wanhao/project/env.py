"""The typed environment: every variable wanhao reads, with its default and its meaning."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

REPOSITORY = Path(__file__).resolve().parents[3]


def default_data_folder() -> Path:
    """Beside the checkout; for root under /var/lib, as PostgreSQL runs as another user."""
    if os.geteuid() != 0:
        return REPOSITORY / ".data"
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
    return Path("/var/lib/wanhao") / digest


class Environment(BaseSettings):
    """Read once from the process environment; a bad value stops the start."""

    model_config = SettingsConfigDict(env_prefix="WANHAO_", extra="ignore", frozen=True)

    data: Path = Field(default_factory=default_data_folder, description="data folder")
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    demo: bool = Field(default=False, description="demo world: open pages, local peers")
    secret_key: str = Field(default="", description="Django's secret; made and kept when empty")
    host: str = "127.0.0.1"
    port: int = Field(default=8010, ge=1, le=65535)
    allowed_hosts: list[str] = ["127.0.0.1", "localhost", "[::1]"]
    meter_shards: int = Field(default=8, ge=1, le=256)
    meter_batch_rows: int = Field(default=500_000, ge=1)
    snapshot_every: int = Field(default=50, ge=1, description="batches between two snapshots")
    smsc_host: str = "127.0.0.1"
    smsc_port: int = Field(default=2775, ge=1, le=65535)
    smsc_system_id: str = "wanhao"
    smsc_password: str = "wanhao1"  # noqa: S105 - the local peer's, an operator sets its own
    smsc_window: int = Field(default=10, ge=1, le=1000)
    smsc_per_second: float = Field(default=50.0, gt=0)
    sms_source: str = Field(default="10001", description="sender number of every SMS")
    sms_sign_off: str = "【万号】"
    demo_lines: int = Field(default=20_000, ge=100, le=100_000)
    demo_smsc_http_port: int = Field(default=2780, ge=1, le=65535)

    @property
    def inbox(self) -> Path:
        """Folder into which usage files are dropped by atomic rename."""
        return self.data / "usage" / "inbox"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of this process, read at first use."""
    return Environment()
