"""Takes required messages that SMS did not carry to the mail server, and notes what became of each.

Only what was answered with success is accepted. A server that goes away in the middle of a mail may
have taken it, so that one is unanswered and, being required, is sent again: with the same id, by
which mail systems know it as the same.
"""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from wanhao.channels.email.contracts import SmtpConfig
from wanhao.communications import actions
from wanhao.communications.second_channel import OutgoingMail

BATCH = 20
PERMANENT = range(500, 600)
SUBJECTS = {"zh": "服务提醒", "en": "Service notice"}
Clock = Callable[[], datetime]

logger = logging.getLogger(__name__)


class MailServerAwayError(Exception):
    """The mail server cannot be reached; nothing is in hand any more."""


def send_mail(worker: str, config: SmtpConfig, clock: Clock) -> int:
    """Send what waits for mail, some at once; returns how many were taken in hand.

    MailServerAwayError when the server does not answer; what it did not get waits.
    """
    waiting = actions.claim_mail(worker, BATCH, clock(), sign_off=config.sign_off)
    if not waiting:
        return 0
    backend = _backend(config)
    try:
        backend.open()
        for place, mail in enumerate(waiting):
            _send(backend, mail, config, waiting[place + 1 :], clock)
    except (OSError, smtplib.SMTPException) as error:
        actions.put_back_many([mail.message_id for mail in waiting], clock())
        raise MailServerAwayError(_told(error)) from error
    finally:
        _close(backend)
    return len(waiting)


def _send(
    backend: EmailBackend,
    mail: OutgoingMail,
    config: SmtpConfig,
    later: Sequence[OutgoingMail],
    clock: Clock,
) -> None:
    try:
        backend.send_messages([_message(mail, config)])
    except smtplib.SMTPRecipientsRefused as error:
        codes = list(error.recipients.values())
        _refused(mail, codes[0][0] if codes else 0, _told(error), clock)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _refused(mail, error.smtp_code, _told(error), clock)
    except (OSError, smtplib.SMTPException) as error:
        actions.put_back_many([one.message_id for one in later], clock())
        actions.mark_unknown(mail.message_id, clock())
        raise MailServerAwayError(_told(error)) from error
    else:
        actions.mark_mail_accepted(mail.message_id, clock())


def _refused(mail: OutgoingMail, code: int, error: str, clock: Clock) -> None:
    """For good with a code from 500 on; otherwise it is tried again later."""
    logger.warning("message %d: the mail server said %d", mail.message_id, code)
    if code in PERMANENT:
        actions.mark_mail_refused(mail.message_id, error, clock())
    else:
        actions.put_back(mail.message_id, clock())


def _message(mail: OutgoingMail, config: SmtpConfig) -> EmailMessage:
    domain = config.sender.rpartition("@")[2]
    return EmailMessage(
        subject=SUBJECTS[mail.language],
        body=mail.text,
        from_email=config.sender,
        to=[mail.address],
        headers={"Message-ID": f"<wanhao-{mail.message_id}@{domain}>"},
    )


def _backend(config: SmtpConfig) -> EmailBackend:
    return EmailBackend(
        host=config.host,
        port=config.port,
        username=config.user,
        password=config.password,
        use_tls=config.starttls,
        use_ssl=config.tls,
        timeout=config.timeout,
    )


def _close(backend: EmailBackend) -> None:
    try:
        backend.close()
    except (OSError, smtplib.SMTPException):
        logger.debug("the mail server was gone before the end")


def _told(error: Exception) -> str:
    """What the server said, without addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        (code, text), *_ = error.recipients.values()
        return f"{code} {_text(text)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"[:200]


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
