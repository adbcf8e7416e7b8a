"""What a worker does for pushes, and what a page must know to let a browser subscribe."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from wanhao.channels.push.contracts import PushConfig
from wanhao.channels.push.keys import server_key
from wanhao.channels.push.sender import send_pushes
from wanhao.communications.workers import WorkerName, settle_dead
from wanhao.project.env import Environment, environment

PAUSE_SECONDS = 2.0
LONGEST_PAUSE = 60.0

logger = logging.getLogger(__name__)


class Pushes:
    """One turn sends what waits for push; while services are away the pauses grow, to a minute."""

    def __init__(
        self,
        stop: threading.Event,
        clock: Callable[[], datetime],
        config: PushConfig,
        pause: float = PAUSE_SECONDS,
    ) -> None:
        self._stop, self._clock, self._config = stop, clock, config
        self._shortest, self._pause = pause, pause
        self._name = WorkerName("push")

    def __call__(self) -> None:
        """Take one turn, and wait when there was nothing to do or nobody to take it."""
        settle_dead(self._name, self._clock())
        taken, later = send_pushes(self._name.current(), self._config, self._clock)
        if later:
            logger.warning("a push service is away or busy: %d wait", later)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        elif taken:
            self._pause = self._shortest
        if later or not taken:
            self._stop.wait(self._pause)


def pushes(stop: threading.Event, clock: Callable[[], datetime], env: Environment) -> Pushes | None:
    """As the environment says; None where no push service is known. WanhaoError when the kept key
    is none."""
    return Pushes(stop, clock, push_config(env)) if env.push_services else None


def push_config(env: Environment) -> PushConfig:
    """Who we are to push services."""
    return PushConfig(
        key=server_key(key_file(env)),
        services=tuple(env.push_services),
        contact=env.mail_from,
        sign_off=env.sms_sign_off,
        title_zh=env.operator_name_zh,
        title_en=env.operator_name_en,
    )


def key_file(env: Environment) -> Path:
    """Where the key is by which push services know us."""
    return env.push_key_file or env.data / "push" / "key.pem"


def public_key() -> str:
    """What a browser must know to subscribe; empty where no push service is known."""
    env = environment()
    return server_key(key_file(env)).public if env.push_services else ""
