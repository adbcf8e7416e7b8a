"""Who a token speaks for, and one question of it: used up, recorded, asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from wanhao.access.actions import record_read
from wanhao.access.contracts import Scope, TokenView
from wanhao.access.one_time_links import make_link
from wanhao.access.token_step_ups import token_level
from wanhao.access.tokens import token_of, use_token
from wanhao.billing.line_stops import live_line_stops
from wanhao.billing.stop_contracts import LineStopKind
from wanhao.channels.assistant.contracts import AssistantConfig
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import (
    Asker,
    Door,
    IdentityLevel,
    Question,
    RefusedError,
    Reply,
    ReplyKind,
)
from wanhao.menu.queries import item_of, items_at
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_id

CONFIRM = "confirm"
NO_NONCE = "-"
LINK = "step_up_url"
"""Under this name the data of a reply have the link at which the customer verifies."""
PAY_LINK = "pay_url"
"""Under this name they have the link at which the customer pays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Whoever brings a token that may be used now, and the line it speaks for."""

    token: TokenView
    line: LineView
    reached: IdentityLevel = IdentityLevel.KNOWN

    @property
    def asker(self) -> Asker:
        """As the menu knows it: a token makes the line known; its customer may have let it be
        surer for a while."""
        return Asker(
            door=Door.ASSISTANT,
            level=self.reached,
            language=self.line.language,
            line=self.line,
            name=f"token {self.token.token_id}",
        )

    def may(self, tool: str) -> bool:
        """Whether the token's scopes are enough for a tool."""
        reads = tool != CONFIRM and item_of(tool).reads_only
        return (Scope.READ if reads else Scope.CHANGE) in self.token.scopes


def bearer_of(secret: str, now: datetime) -> Bearer | None:
    """Who brings this token; nobody, where its line has ended or its card is lost.

    Who is stopped for what is owed, or keeps a number, may ask on: how to be served again, too.
    """
    token = token_of(secret, now)
    line = None if token is None else lines_by_id({token.line_id}).get(token.line_id)
    if token is None or line is None or _is_lost(line):
        return None
    level = token_level(token.token_id, now)
    reached = IdentityLevel.KNOWN if level is None else IdentityLevel(level)
    return Bearer(token=token, line=line, reached=reached)


def _is_lost(line: LineView) -> bool:
    """Whether somebody else may have what the customer had."""
    stops = live_line_stops({line.line_id}).get(line.line_id, ())
    return any(stop.kind is LineStopKind.LOST for stop in stops)


def tool_names(bearer: Bearer) -> frozenset[str]:
    """The tools whose use the token allows."""
    names = {CONFIRM, *(item.code for item in items_at(Door.ASSISTANT))}
    return frozenset(name for name in names if bearer.may(name))


def put(
    bearer: Bearer, tool: str, given: Mapping[str, object], config: AssistantConfig, now: datetime
) -> Reply:
    """Put one question; RefusedError where the token may not. That it was asked is recorded
    before anything is read. What needs more proof comes with a one-time link to the hall."""
    if not bearer.may(tool):
        raise RefusedError(
            "此令牌只能查询，不能办理。请使用带有办理权限的令牌。",
            "This token may read, not change. Use one with the scope 'change'.",
        )
    with transaction.atomic():
        _count(bearer, config.per_hour, now)
        purpose = f"{tool} by assistant, token {bearer.token.token_id}"
        record_read(None, f"line {bearer.line.number}", purpose, now)
    if tool == CONFIRM:
        return confirm(bearer.asker, now, nonce=str(given.get("nonce") or NO_NONCE))
    reply = ask(Question(item=tool, given=given, asker=bearer.asker), now)
    hall = config.hall_url.rstrip("/")
    if reply.to_pay is not None:
        link = f"{hall}{reply.to_pay.path}" if hall and reply.to_pay.online else ""
        return replace(reply, data={**reply.data, PAY_LINK: link})
    if reply.kind is not ReplyKind.TO_STEP_UP or not hall:
        return reply
    secret = make_link(bearer.line.line_id, tool, now, token_id=bearer.token.token_id)
    return replace(reply, data={**reply.data, LINK: f"{hall}/hall/open/{secret}/"})


def _count(bearer: Bearer, per_hour: int, now: datetime) -> None:
    if not use_token(bearer.token.token_id, per_hour, now):
        raise RefusedError(
            f"本小时已查询{per_hour}次，请下一小时再试。",
            f"This token has asked {per_hour} times this hour. Try again in the next.",
        )
