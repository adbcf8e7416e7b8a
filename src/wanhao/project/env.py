"""The typed environment: every variable wanhao reads, with its default and its meaning."""

import hashlib
import os
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsConfigDict

from wanhao.billing.ports import Billing
from wanhao.communications.push_contracts import SERVICES
from wanhao.project.env_demo import DemoVariables
from wanhao.project.env_maps import MapVariables
from wanhao.project.env_payments import PaymentVariables
from wanhao.usage.remembering import LONGEST_DAYS, WINDOW_DAYS
from wanhao.values.errors import WanhaoError

REPOSITORY = Path(__file__).resolve().parents[3]
WindowDays = Annotated[int, Field(ge=WINDOW_DAYS, le=LONGEST_DAYS)]
SHORTEST_MONTHS = (28, 59, 89, LONGEST_DAYS)
"""How many days one month, two, three and four in a row have at least."""
HERE = frozenset({"127.0.0.1", "localhost", "::1"})
REMEDY = "docs/reference/configuration.md lists every variable with its meaning and its limits."


def default_data_folder() -> Path:
    """Beside the checkout; for root under /var/lib, as PostgreSQL runs as another user."""
    if os.geteuid() != 0:
        return REPOSITORY / ".data"
    digest = hashlib.sha256(str(REPOSITORY).encode()).hexdigest()[:12]
    return Path("/var/lib/wanhao") / digest


def _or_default(value: object) -> object:
    """An empty WANHAO_DATA is as if it were not set; it must not mean the folder one stands in."""
    return default_data_folder() if value == "" else value


def _or_none(value: object) -> object:
    """An empty variable is as if it were not set."""
    return None if value == "" else value


def _split(value: object) -> object:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _reachable(url: str) -> str:
    """A token must not travel in the clear, so only this machine may be asked over http."""
    parts = urlsplit(url)
    local = parts.scheme == "http" and parts.hostname in HERE
    if url and not (parts.hostname and (local or parts.scheme == "https")):
        raise ValueError("give an https address; http only for this machine")
    return url


def _place(place: str) -> str:
    """A host and a port, as 127.0.0.1:8011."""
    host, _, port = place.rpartition(":")
    if place and not (host and port.isdigit() and 0 < int(port) < 1 << 16):
        raise ValueError("give a host and a port, as 127.0.0.1:8011")
    return place


def _by_name(value: object) -> object:
    """`roam-*=90,tap-us=60` as a number for each name."""
    if not isinstance(value, str):
        return value
    pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
    if not all(name for name, _, _ in pairs):
        raise ValueError("give names and numbers, as roam-*=90,tap-us=60")
    return {name.strip(): number.strip() for name, _, number in pairs}


def _secret(place: str, token: str, file: Path | None) -> str:
    """A token, from its variable or from its file; WanhaoError when it is none."""
    if not token and file:
        place = f"{place}_FILE"
        try:
            token = file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WanhaoError(f"{place} cannot be read: {error}.", REMEDY) from None
    if not (token and token.isascii() and token.isprintable()):
        raise WanhaoError(f"{place} is not a token: visible ASCII characters only.", REMEDY)
    return token


class Environment(DemoVariables, PaymentVariables, MapVariables):
    """Read once from the process environment; a bad value stops the start.

    A field `smsc_port` is the variable WANHAO_SMSC_PORT; only DATABASE_URL has no prefix.
    """

    model_config = SettingsConfigDict(env_prefix="WANHAO_", extra="ignore", frozen=True)

    data: Annotated[Path, BeforeValidator(_or_default), AfterValidator(Path.absolute)] = Field(
        default_factory=default_data_folder,
        description="folder of everything wanhao keeps: database, usage files, archive, logs",
    )
    database_url: str = Field(
        default="",
        validation_alias="DATABASE_URL",
        description="a PostgreSQL of your own (16 or newer); empty: the embedded one",
    )
    demo: bool = Field(default=False, description="demo world: open pages, local peers")
    secret_key: str = Field(
        default="", description="signs cookies; made and kept in the data folder when empty"
    )
    host: str = Field(
        default="127.0.0.1", min_length=1, description="address the web process listens on"
    )
    port: int = Field(default=8010, ge=1, le=65535, description="port of the pages")
    web_workers: int = Field(
        default=2, ge=1, le=64, description="processes that serve the pages, on one port"
    )
    allowed_hosts: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default=["127.0.0.1", "localhost", "[::1]"],
        description="host names the pages answer to, separated by commas",
    )
    hall_url: Annotated[str, AfterValidator(_reachable)] = Field(
        default="http://127.0.0.1:8010",
        min_length=1,
        description="where customers reach the online hall, for links in messages; https, or http "
        "on this machine",
    )
    metrics_token: str = Field(
        default="", description="lets Prometheus read /metrics; empty: only employees may"
    )
    meter_shards: int = Field(
        default=8,
        ge=1,
        le=256,
        description="parts the lines are counted in; fixed once counting began",
    )
    meter_batch_rows: int = Field(
        default=500_000, ge=1, description="records counted and committed together, at most"
    )
    meter_memory_mb: int = Field(
        default=0,
        ge=0,
        description="memory that the meter may take, in MB: it refuses to start, to make room for "
        "new lines, or to read a file, rather than take more; `0`: no limit",
    )
    snapshot_every: int = Field(default=80, ge=1, description="batches between two snapshots")
    keep_done_days: int = Field(
        default=3, ge=0, description="days that usage files are kept after they were counted"
    )
    duplicate_days: WindowDays = Field(
        default=WINDOW_DAYS,
        description="days for which a record is known when it comes again",
    )
    duplicate_days_of: Annotated[dict[str, WindowDays], NoDecode, BeforeValidator(_by_name)] = (
        Field(
            default={},
            description="such days for some sources, as `roam-*=90,tap-us=60`; "
            "`*` at the end of a name stands for whatever follows",
        )
    )
    archive_months: int = Field(
        default=5,
        ge=2,
        le=120,
        description="whole months that records are kept in the archive after their own",
    )
    archive_key: str = Field(
        default="",
        repr=False,
        description="encrypts the archive: `name:64 hexadecimal digits`, older keys after a comma; "
        "empty: not encrypted",
    )
    archive_key_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None, description="a file with such keys, one a line, instead of the keys"
    )
    duplicate_memory_mb: int = Field(
        default=512,
        ge=16,
        description="memory for the records that are known, in MB; the rest of them is on disk",
    )
    meter_serve: Annotated[str, AfterValidator(_place)] = Field(
        default="",
        description="host:port at which `wanhao usage serve` answers other machines; "
        "empty: nowhere",
    )
    meter_url: Annotated[str, AfterValidator(_reachable)] = Field(
        default="",
        description="where the meter of another machine answers; https, or http on this machine; "
        "empty: the meter runs here",
    )
    meter_token: str = Field(
        default="",
        description="lets other machines read the meter; needed unless only this machine is served",
    )
    assistant_host: str = Field(
        default="127.0.0.1",
        min_length=1,
        description="address at which AI assistants are answered; others than this machine's only "
        "behind something that speaks https",
    )
    assistant_port: int = Field(
        default=8012, ge=1, le=65535, description="port at which AI assistants are answered"
    )
    assistant_names: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default=["127.0.0.1", "localhost", "[::1]"],
        description="host names by which assistants may call that port, separated by commas",
    )
    assistant_origins: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default=[],
        description="web pages whose scripts may call it, as https://app.example; empty: none",
    )
    assistant_per_hour: int = Field(
        default=120, ge=1, description="questions that one token may ask in an hour"
    )
    assistant_token: str = Field(
        default="",
        repr=False,
        description="the token of `wanhao assistant --stdio`, which an assistant starts itself",
    )
    smsc_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        description="a file that names several binds; instead of the variables of one SMSC",
    )
    smsc_host: str = Field(default="127.0.0.1", description="the operator's SMSC")
    smsc_port: int = Field(default=2775, ge=1, le=65535, description="SMPP port of the SMSC")
    smsc_system_id: str = Field(default="wanhao", description="login at the SMSC")
    smsc_password: str = Field(
        default="wanhao1", description="password at the SMSC; the default is the local peer's"
    )
    smsc_window: int = Field(
        default=10, ge=1, le=1000, description="messages sent and not yet answered, at most"
    )
    smsc_per_second: float = Field(
        default=50.0, gt=0, description="messages sent in a second, at most"
    )
    sms_source: str = Field(default="10001", description="sender number of every SMS")
    sms_sign_off: str = Field(default="【万号】", description="put at the end of every SMS")
    sms_codes: str = Field(
        default="jiangxi",
        description="the codes customers write to the SMS hall: a province, or a file ending .toml",
    )
    sms_per_hour: int = Field(
        default=20, ge=1, le=1000, description="messages of one line the SMS hall serves in an hour"
    )
    sms_per_day: int = Field(
        default=100, ge=1, le=1000, description="messages of one line the SMS hall serves in a day"
    )
    smtp_url: str = Field(
        default="",
        description="mail server for required messages SMS does not carry, as smtp://host:25; "
        "empty: no mail",
    )
    mail_from: str = Field(
        default="notice@wanhao.example", min_length=3, description="whom such mails are from"
    )
    push_services: Annotated[list[str], NoDecode, BeforeValidator(_split)] = Field(
        default=[*SERVICES], description="hosts of known push services, by commas; none: no push"
    )
    push_key_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None, description="key push services know us by, made if missing; empty: our own"
    )
    billing: Billing = Field(
        default=Billing.OWN,
        description="who charges the customers: `own`, or `foreign` for a billing you have already",
    )
    billing_url: str = Field(
        default="",
        validate_default=True,
        description="where a foreign billing answers; https, or http on this machine",
    )
    billing_token: str = Field(default="", description="the token a foreign billing asks for")
    billing_token_file: Path | None = Field(
        default=None,
        validate_default=True,
        description="a file with that token, instead of the token itself",
    )
    network_url: Annotated[str, AfterValidator(_reachable)] = Field(
        default="",
        description="where the gateway answers that provisions the network; https, or http on this "
        "machine; empty: the demo's own, otherwise nowhere",
    )
    network_token: str = Field(default="", description="the token that gateway asks for")
    network_token_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None, description="a file with that token, instead of the token itself"
    )
    network_ca_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        description="the authority that signed the gateway's certificate, if this machine does not "
        "trust it",
    )
    network_certificate_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        description="our certificate with its key, for a gateway that asks for one",
    )
    network_reachable_file: Annotated[Path | None, BeforeValidator(_or_none)] = Field(
        default=None,
        description="a file with the numbers that stay reachable, instead of the one that comes "
        "with wanhao",
    )
    operator_name_zh: str = Field(
        default="万号", min_length=1, description="who sends the bills, in Chinese"
    )
    operator_name_en: str = Field(
        default="Wanhao", min_length=1, description="who sends the bills, in English"
    )
    bill_due_day: int = Field(
        default=25, ge=1, le=28, description="day of the next month by which a bill must be paid"
    )
    einvoice_url: str = Field(
        default="", description="where e-invoices are asked for over HTTP; empty: nowhere"
    )
    einvoice_seller_tax_id: str = Field(
        default="", description="tax id of the seller on e-invoices"
    )

    @field_validator("archive_months")
    @classmethod
    def _longer_than_remembered(cls, months: int, info: ValidationInfo) -> int:
        """What may come again must be in the archive, from which identities are learnt anew."""
        days = [
            info.data.get("duplicate_days", 0),
            *info.data.get("duplicate_days_of", {}).values(),
        ]
        needed = bisect_left(SHORTEST_MONTHS, max(days)) + 1
        if months < needed:
            raise ValueError(f"records known for {max(days)} days need {needed} months or more")
        return months

    @field_validator("billing_url")
    @classmethod
    def _billing_reachable(cls, url: str, info: ValidationInfo) -> str:
        """A foreign billing must have an address."""
        if not url and info.data.get("billing") is Billing.FOREIGN:
            raise ValueError("a foreign billing needs an address")
        return _reachable(url)

    @field_validator("billing_token_file", mode="before")
    @classmethod
    def _token_given(cls, file: object, info: ValidationInfo) -> object:
        foreign = info.data.get("billing") is Billing.FOREIGN
        if foreign and not file and not info.data.get("billing_token"):
            raise ValueError("a foreign billing needs a token: WANHAO_BILLING_TOKEN or _FILE")
        return file or None

    @property
    def billing_secret(self) -> str:
        """The token of a foreign billing, from the variable or from the file."""
        return _secret("WANHAO_BILLING_TOKEN", self.billing_token, self.billing_token_file)

    @property
    def network_secret(self) -> str:
        """The token of the gateway of the network, from the variable or from the file."""
        return _secret("WANHAO_NETWORK_TOKEN", self.network_token, self.network_token_file)

    @property
    def archive_keys(self) -> str:
        """The keys of the archive, from the variable or from the file; empty for none."""
        if self.archive_key or not self.archive_key_file:
            return self.archive_key
        try:
            return self.archive_key_file.read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise WanhaoError(f"WANHAO_ARCHIVE_KEY_FILE cannot be read: {error}.", REMEDY) from None

    @property
    def inbox(self) -> Path:
        """Folder into which usage files are dropped by atomic rename."""
        return self.data / "usage" / "inbox"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The environment of this process, read at first use; every bad variable is told by name."""
    try:
        return Environment()
    except ValidationError as error:
        told = "; ".join(_told(problem) for problem in error.errors())
        raise WanhaoError(f"The environment is wrong: {told}.", REMEDY) from None


def _told(problem: ErrorDetails) -> str:
    name = str(problem["loc"][0])
    variable = name if name == "DATABASE_URL" else f"WANHAO_{name.upper()}"
    return f"{variable}={problem['input']!r}: {problem['msg']}"
