"""The variables of the demo; `env.py` takes them in."""

from pydantic import Field
from pydantic_settings import BaseSettings


class DemoVariables(BaseSettings):
    """How large the demo operator is, and where its peers listen."""

    demo_lines: int = Field(
        default=20_000, ge=100, le=100_000, description="lines of the demo operator"
    )
    demo_smsc_http_port: int = Field(
        default=2780, ge=1, le=65535, description="port at which the local SMSC shows its messages"
    )
    demo_network_port: int = Field(
        default=2795, ge=1, le=65535, description="port of the local network"
    )
