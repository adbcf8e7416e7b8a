"""Sends profiles that wait: in batches, until the network says it holds them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wanhao.network.claiming import (
    ClaimedProfile,
    Differing,
    Returned,
    ask_anew,
    claim,
    confirm,
    put_back,
)
from wanhao.network.contracts import Barring
from wanhao.network.ports import (
    MOST_SENT,
    Answer,
    BatchRefusedError,
    NetworkAwayError,
    Provisioning,
    SentProfile,
)
from wanhao.network.reachable import ReachableLists
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=1)
# While nobody answers one profile at a time knocks; it must not wait much longer than the network
# is away.
LONGEST_AWAY = timedelta(seconds=5)
SILENT = "the network said nothing about it"
DIFFERS = "the network held something else in this version"
GROWTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of what was taken in hand; `away` is why nobody answered, if nobody did."""

    taken: int = 0
    confirmed: int = 0
    refused: int = 0
    away: str = ""


class Sender:
    """Sends what waits, to one network; any number of senders may do so at once.

    While the network is away it knocks with a single profile, so that one that nobody can digest
    cannot keep the others back; once there is an answer the batches grow again.
    """

    def __init__(
        self, network: Provisioning, lists: ReachableLists, clock: Callable[[], datetime]
    ) -> None:
        self._network, self._lists, self._clock = network, lists, clock
        self._limit = MOST_SENT

    def send(self) -> Sent:
        """Take what is due in hand and send it; what fails waits on, later each time."""
        now = self._clock()
        claimed = claim(self._limit, now)
        if not claimed:
            return Sent()
        stays = self._lists.on(now.astimezone(SHANGHAI).date())
        # A number may pass from one line to another: the network must let go of it first.
        ordered = sorted(claimed, key=lambda one: (one.barring is not Barring.REMOVED, one.line_id))
        wanted = {
            one.line_id: SentProfile(
                line_id=one.line_id,
                version=one.version,
                number=one.number,
                barring=one.barring,
                data=one.data,
                roaming=one.roaming,
                reachable=stays[one.barring],
            )
            for one in ordered
        }
        try:
            answers = self._put(list(wanted.values()))
        except NetworkAwayError as error:
            self._limit = 1
            _keep_waiting(claimed, error, self._clock())
            return Sent(taken=len(claimed), away=str(error))
        self._limit = min(self._limit * GROWTH, MOST_SENT)
        return _settle(claimed, wanted, answers, self._clock())

    def _put(self, profiles: Sequence[SentProfile]) -> dict[int, Answer]:
        """The answers; where a batch is refused for one profile in it, that one is found."""
        try:
            return dict(self._network.put(profiles))
        except BatchRefusedError as error:
            if len(profiles) == 1:
                return {profiles[0].line_id: Answer(held=None, refused=error.message)}
        half = len(profiles) // 2
        return self._put(profiles[:half]) | self._put(profiles[half:])


def pause_after(attempts: int) -> timedelta:
    """How long a refused profile waits: 1 s, doubled each time, at most an hour."""
    longer: int = 2 ** min(attempts - 1, 12)
    return min(FIRST_PAUSE * longer, LONGEST_PAUSE)


def _keep_waiting(claimed: Sequence[ClaimedProfile], error: WanhaoError, now: datetime) -> None:
    """Nobody answered: a batch is due at once, a single one lets another knock next."""
    alone = len(claimed) == 1
    put_back(
        [
            Returned(
                line_id=one.line_id,
                version=one.version,
                next_at=now + min(pause_after(one.attempts), LONGEST_AWAY) if alone else now,
                attempts=one.attempts if alone else one.attempts - 1,
                error=error.message,
            )
            for one in claimed
        ]
    )


def _settle(
    claimed: Sequence[ClaimedProfile],
    wanted: Mapping[int, SentProfile],
    answers: Mapping[int, Answer],
    now: datetime,
) -> Sent:
    """Write down what each answer says."""
    confirmed, refused, differing = [], [], []
    for one in claimed:
        answer = answers.get(one.line_id, Answer(held=None, refused=SILENT))
        held = answer.held
        if _is_held(wanted[one.line_id], answer):
            confirmed.append((one.line_id, one.version))
        elif held is not None and held.version >= one.version:
            differing.append(_differing(one, held.version, now))
        else:
            refused.append(_returned(one, answer.refused or SILENT, now))
    news = confirm(confirmed, now)
    put_back(refused)
    ask_anew(differing, now)
    return Sent(taken=len(claimed), confirmed=news, refused=len(refused) + len(differing))


def _is_held(wanted: SentProfile, answer: Answer) -> bool:
    """Whether they hold this very version; of a line that is gone they may hold nothing."""
    if answer.held is None:
        return wanted.barring is Barring.REMOVED and not answer.refused
    return answer.held.version == wanted.version and answer.held.lets_as(wanted)


def _differing(one: ClaimedProfile, held_version: int, now: datetime) -> Differing:
    """At once the first time; a network that never holds what it was told is asked more seldom."""
    pause = pause_after(one.attempts - 1) if one.attempts > 1 else timedelta()
    return Differing(
        line_id=one.line_id,
        version=one.version,
        held_version=held_version,
        attempts=one.attempts,
        next_at=now + pause,
        error=DIFFERS,
    )


def _returned(one: ClaimedProfile, error: str, now: datetime) -> Returned:
    return Returned(
        line_id=one.line_id,
        version=one.version,
        next_at=now + pause_after(one.attempts),
        attempts=one.attempts,
        error=error,
    )
