"""The variables of payment channels; `env.py` takes them in."""

from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings


def _or_none(value: object) -> object:
    return None if value == "" else value


KeyFile = Annotated[Path | None, BeforeValidator(_or_none)]


class PaymentVariables(BaseSettings):
    """Where customers can pay, and with which keys; no key is given in a variable itself."""

    public_url: str = Field(
        default="",
        description="address under which customers and payment channels reach the pages, as "
        "https://care.example.cn; empty: this machine's",
    )
    wechat_pay_url: str = Field(
        default="https://api.mch.weixin.qq.com", description="where WeChat Pay's API v3 answers"
    )
    wechat_pay_merchant: str = Field(
        default="", description="merchant number at WeChat Pay; empty: nobody pays by WeChat"
    )
    wechat_pay_app_id: str = Field(default="", description="application bound to that merchant")
    wechat_pay_serial: str = Field(
        default="", description="serial number of the merchant's API certificate"
    )
    wechat_pay_key_file: KeyFile = Field(
        default=None, description="file with the merchant's private key (PEM)"
    )
    wechat_pay_api_key_file: KeyFile = Field(
        default=None, description="file with the APIv3 key, 32 characters"
    )
    wechat_pay_platform_key_file: KeyFile = Field(
        default=None, description="file with WeChat Pay's public key (PEM)"
    )
    wechat_pay_platform_key_id: str = Field(
        default="", description="its id, beginning with PUB_KEY_ID_"
    )
    alipay_url: str = Field(
        default="https://openapi.alipay.com/gateway.do", description="where Alipay's gateway is"
    )
    alipay_app_id: str = Field(
        default="", description="application at Alipay; empty: nobody pays by Alipay"
    )
    alipay_key_file: KeyFile = Field(
        default=None, description="file with the application's private key (PEM)"
    )
    alipay_platform_key_file: KeyFile = Field(
        default=None, description="file with Alipay's public key (PEM)"
    )
    demo_payments_port: int = Field(
        default=2798, ge=1, le=65535, description="port of the local WeChat Pay and Alipay"
    )
