"""How the mail server is reached."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from wanhao.values.errors import WanhaoError

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpConfig:
    """A mail server, whom the mail is from, and what every text and subject ends or begins with."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    sign_off: str = "【万号】"
    timeout: float = 10.0


def smtp_config(url: str, sender: str, sign_off: str) -> SmtpConfig:
    """Read smtp://user:password@host:port; WanhaoError when it is none.

    smtp+starttls:// asks for encryption before anything is said, smtps:// begins with it.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or PORTS[parts.scheme]
    except (KeyError, ValueError):
        port = 0
    if not (port and parts.hostname):
        raise WanhaoError(
            "WANHAO_SMTP_URL is no mail server.",
            f"Write it as smtp://host:25; known are {', '.join(PORTS)}.",
        )
    return SmtpConfig(
        host=parts.hostname,
        port=port,
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+starttls",
        tls=parts.scheme == "smtps",
        sign_off=sign_off,
    )
