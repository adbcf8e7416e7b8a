"""How Alipay is connected."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlipayConfig:
    """An application of Alipay; keys are PEM, `url` is the gateway.

    `notify_url` is where Alipay calls us; customers come back to `return_url` and the order's
    number; `name` is what they read on the cashier.
    """

    url: str
    app_id: str
    private_key: str
    platform_key: str
    notify_url: str
    return_url: str
    name: str
