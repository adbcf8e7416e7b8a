"""The door over streamable HTTP: a bearer token with each request, Host and Origin looked at."""

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware, get_access_token
from mcp.server.auth.middleware.bearer_auth import BearerAuthBackend
from mcp.server.auth.provider import AccessToken
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.middleware.authentication import AuthenticationMiddleware

from wanhao.channels.assistant.bearers import bearer_of
from wanhao.channels.assistant.contracts import LARGEST_BODY, PATH, AssistantConfig
from wanhao.channels.assistant.server import Clock, Desk, server_of


class Verifier:
    """Knows tokens again for the protocol's own package."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def verify_token(self, token: str) -> AccessToken | None:
        """Whom a token speaks for; nobody where it may not be used now."""
        bearer = await self._desk.in_thread(bearer_of, token, self._clock())
        if bearer is None:
            return None
        return AccessToken(
            token=token,
            client_id=f"token {bearer.token.token_id}",
            scopes=sorted(bearer.token.scopes),
            subject=f"line {bearer.line.line_id}",
        )


def http_app(config: AssistantConfig, clock: Clock) -> Starlette:
    """The door as an application; every request stands alone, so that any process may answer it."""
    desk = Desk(secret_of_request, config, clock)
    verifier = Verifier(desk, clock)
    app = server_of(desk).streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=LARGEST_BODY,
        transport_security=security_of(config),
        token_verifier=verifier,
    )
    app.add_middleware(AuthContextMiddleware)
    app.add_middleware(AuthenticationMiddleware, backend=BearerAuthBackend(verifier))
    return app


def security_of(config: AssistantConfig) -> TransportSecuritySettings:
    """Which Host and Origin a request may name; one without Origin comes from no web page."""
    names = [spelled for name in config.names for spelled in (name, f"{name}:*")]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=names,
        allowed_origins=list(config.origins),
    )


def secret_of_request() -> str:
    """The token that came with the request in hand."""
    found = get_access_token()
    return found.token if found else ""
