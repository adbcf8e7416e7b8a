"""How WeChat Pay is connected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WeChatPayConfig:
    """A merchant of WeChat Pay; keys are PEM, `api_key` is the APIv3 key of 32 characters.

    `notify_url` is where WeChat calls us; customers come back to `return_url` and the order's
    number, whose domain must be the one registered for H5; `name` is what they read on the cashier.
    """

    url: str
    merchant: str
    app_id: str
    serial: str
    private_key: str
    api_key: str
    platform_key: str
    platform_key_id: str
    notify_url: str
    return_url: str
    name: str
