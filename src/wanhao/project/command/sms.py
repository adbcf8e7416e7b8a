"""`wanhao sms`: the process that talks to the SMSCs, and a test message."""

import gc
import time

import click
from django.conf import settings

from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import plan_message
from wanhao.communications.contracts import MessageState
from wanhao.communications.progress import Progress, progress
from wanhao.project import clock
from wanhao.project.command.sessions import (
    database,
    refuse_without_database,
    stopped_by_signals,
)
from wanhao.project.command.sms_codes import codes
from wanhao.project.env import environment
from wanhao.project.smsc import sms_config
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

LOOK_EVERY = 0.2
DEFAULT_TEXT = "这是一条测试短信。This is a test."
WHERE_IT_STANDS = {
    MessageState.PLANNED: "See that a worker runs: wanhao worker",
    MessageState.RELEASED: "See that an SMS process runs and is bound: wanhao sms",
    MessageState.SUBMITTING: "The SMSC has not answered; see the line of: wanhao sms",
    MessageState.ACCEPTED: "The SMSC took it; its receipt may come later.",
}

# What a message needs is freed as it goes; to look for circles among all that is loaded, many times
# a second, costs the hall some of its answers.
COLLECTED_AFTER = (50_000, 20, 50)


@click.group(invoke_without_command=True)
@click.pass_context
def sms(context: click.Context) -> None:
    """Send released messages to the SMSC and take its receipts."""
    if context.invoked_subcommand is None:
        with database():
            config = sms_config(environment(), settings.SECRET_KEY)
            gc.freeze()
            gc.set_threshold(*COLLECTED_AFTER)
            run_sms(stopped_by_signals(), config, clock=clock.now)


@sms.command()
@click.argument("number")
@click.option("--text", default=DEFAULT_TEXT, show_default=True, help="What to say.")
@click.option(
    "--wait", type=click.IntRange(0, 3600), default=60, show_default=True, help="Seconds, at most."
)
def test(number: str, text: str, wait: int) -> None:
    """Send a message to NUMBER and say what becomes of it, until it arrived or time is up."""
    refuse_without_database()
    with database():
        message_id = plan_message(_number(number), "test", text, clock.now())
        end = _follow(message_id, wait)
    if end.state is not MessageState.DELIVERED:
        remedy = WHERE_IT_STANDS.get(end.state, "See the message on the page of the operator.")
        raise WanhaoError(f"It has not arrived: {_told(end)}.", remedy)


sms.add_command(codes)


def _follow(message_id: int, seconds: int) -> Progress:
    """Says each change of its state once."""
    deadline, last = time.monotonic() + seconds, ""
    while True:
        now = progress(message_id)
        if (told := _told(now)) != last:
            click.echo(told)
            last = told
        if now.has_ended or time.monotonic() >= deadline:
            return now
        time.sleep(LOOK_EVERY)


def _told(now: Progress) -> str:
    """As `accepted, 1 of 2 parts arrived`."""
    words = [str(now.state)]
    if now.parts:
        of = f"{now.arrived} of {now.parts} parts arrived" if now.parts > 1 else "1 part"
        words.append(of)
    if now.error:
        words.append(now.error)
    return ", ".join(words)


def _number(given: str) -> int:
    if not (given.isascii() and given.isdigit()):
        raise WanhaoError(f"'{given}' is not a mobile number.", "Give eleven digits.")
    return Msisdn(int(given)).value
