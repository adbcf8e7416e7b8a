"""What a worker does for required messages that SMS did not carry: inbox, mail, and giving up."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from wanhao.channels.email.contracts import SmtpConfig, smtp_config
from wanhao.channels.email.sender import MailServerAwayError, send_mail
from wanhao.communications.actions import offer_second_channel, report_unknown
from wanhao.communications.workers import WorkerName, settle_dead
from wanhao.project.env import Environment

PAUSE_SECONDS = 5.0
LONGEST_PAUSE = 300.0

logger = logging.getLogger(__name__)


class SecondChannel:
    """One turn offers what needs another way and sends what waits for mail.

    While the mail server is away the pauses grow, up to five minutes.
    """

    def __init__(
        self,
        stop: threading.Event,
        clock: Callable[[], datetime],
        smtp: SmtpConfig | None,
        sign_off: str,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._stop, self._clock, self._smtp = stop, clock, smtp
        self._sign_off, self._shortest, self._pause = sign_off, pause, pause
        self._name = WorkerName("mail")

    def __call__(self) -> None:
        """Take one turn, and wait when there was nothing to do."""
        now = self._clock()
        mail = self._smtp is not None
        busy = offer_second_channel(now, mail=mail, sign_off=self._sign_off)
        busy += report_unknown(now)
        busy += self._send()
        if not busy:
            self._stop.wait(self._pause)

    def _send(self) -> int:
        if self._smtp is None:
            return 0
        settle_dead(self._name, self._clock())
        try:
            sent = send_mail(self._name.current(), self._smtp, self._clock)
        except MailServerAwayError as error:
            logger.warning("the mail server is away: %s", error)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return 0
        self._pause = self._shortest
        return sent


def second_channel(
    stop: threading.Event, clock: Callable[[], datetime], env: Environment
) -> SecondChannel:
    """As the environment says; WanhaoError when the mail server is written wrongly."""
    smtp = None
    if env.smtp_url:
        smtp = smtp_config(env.smtp_url, env.mail_from, env.sms_sign_off)
    return SecondChannel(stop, clock, smtp, env.sms_sign_off)
