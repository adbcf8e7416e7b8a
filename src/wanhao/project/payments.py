"""Where customers can pay: the operator's channels, or in the demo a local peer with play money."""

import sys
from pathlib import Path

from wanhao.billing.contracts import Channel
from wanhao.billing.orders.ports import PaymentChannel, provide_channels
from wanhao.channels.alipay.client import AlipayChannel
from wanhao.channels.alipay.contracts import AlipayConfig
from wanhao.channels.payment_peer import keys
from wanhao.channels.wechat_pay.client import WeChatPayChannel
from wanhao.channels.wechat_pay.contracts import WeChatPayConfig
from wanhao.project import clock
from wanhao.project.env import REMEDY, Environment, environment
from wanhao.project.supervisor import Program
from wanhao.values.errors import WanhaoError

WECHAT_NOTICES, ALIPAY_NOTICES, PAY_PAGES = "payments/wechat/", "payments/alipay/", "hall/pay/"


def wire_payments() -> None:
    """Put the channels that are configured behind the port."""
    found: dict[Channel, PaymentChannel] = {}
    if (wechat := wechat_config(environment())) is not None:
        found[Channel.WECHAT] = WeChatPayChannel(wechat)
    if (alipay := alipay_config(environment())) is not None:
        found[Channel.ALIPAY] = AlipayChannel(alipay, clock.now)
    provide_channels(found)


def wechat_config(env: Environment) -> WeChatPayConfig | None:
    """How WeChat Pay is connected; WanhaoError when something is missing."""
    if not env.wechat_pay_merchant:
        return _demo_wechat(env) if _has_peer(env) else None
    given = (env.wechat_pay_app_id, env.wechat_pay_serial, env.wechat_pay_platform_key_id)
    if not all(given):
        raise WanhaoError("WANHAO_WECHAT_PAY_MERCHANT needs an app id, serial and key id.", REMEDY)
    return WeChatPayConfig(
        url=env.wechat_pay_url,
        merchant=env.wechat_pay_merchant,
        app_id=env.wechat_pay_app_id,
        serial=env.wechat_pay_serial,
        private_key=_key(env.wechat_pay_key_file, "WANHAO_WECHAT_PAY_KEY_FILE"),
        api_key=_key(env.wechat_pay_api_key_file, "WANHAO_WECHAT_PAY_API_KEY_FILE"),
        platform_key=_key(env.wechat_pay_platform_key_file, "WANHAO_WECHAT_PAY_PLATFORM_KEY_FILE"),
        platform_key_id=env.wechat_pay_platform_key_id,
        notify_url=public_address(env) + WECHAT_NOTICES,
        return_url=public_address(env) + PAY_PAGES,
        name=env.operator_name_zh,
    )


def alipay_config(env: Environment) -> AlipayConfig | None:
    """How Alipay is connected; WanhaoError when something is missing."""
    if not env.alipay_app_id:
        return _demo_alipay(env) if _has_peer(env) else None
    return AlipayConfig(
        url=env.alipay_url,
        app_id=env.alipay_app_id,
        private_key=_key(env.alipay_key_file, "WANHAO_ALIPAY_KEY_FILE"),
        platform_key=_key(env.alipay_platform_key_file, "WANHAO_ALIPAY_PLATFORM_KEY_FILE"),
        notify_url=public_address(env) + ALIPAY_NOTICES,
        return_url=public_address(env) + PAY_PAGES,
        name=env.operator_name_zh,
    )


def public_address(env: Environment) -> str:
    """Where customers and channels reach the pages, with a slash at its end."""
    return (env.public_url or f"http://127.0.0.1:{env.port}").rstrip("/") + "/"


def peer_folder(env: Environment) -> Path:
    """Where the demo's peer keeps its keys and trades."""
    return env.data / "payments"


def local_payments_program(env: Environment) -> Program:
    """The peer as `wanhao up` runs it; its keys are made before anybody reads them."""
    keys.make_keys(peer_folder(env))
    port = env.demo_payments_port
    place = ("--port", str(port), "--folder", str(peer_folder(env)))
    return Program(
        name="payments",
        command=(sys.executable, "-m", "wanhao.channels.payment_peer", *place),
        stops_last=True,
        told=f"local WeChat Pay and Alipay on port {port}",
    )


def _has_peer(env: Environment) -> bool:
    return env.demo and (peer_folder(env) / "alipay-platform.public.pem").exists()


def _demo_wechat(env: Environment) -> WeChatPayConfig:
    folder = peer_folder(env)
    return WeChatPayConfig(
        url=f"http://127.0.0.1:{env.demo_payments_port}",
        merchant=keys.MERCHANT,
        app_id=keys.APP,
        serial=keys.SERIAL,
        private_key=keys.private_pem(folder, "wechat-merchant"),
        api_key=keys.api_key(folder),
        platform_key=keys.public_pem(folder, "wechat-platform"),
        platform_key_id=keys.PLATFORM_KEY_ID,
        notify_url=public_address(env) + WECHAT_NOTICES,
        return_url=public_address(env) + PAY_PAGES,
        name=env.operator_name_zh,
    )


def _demo_alipay(env: Environment) -> AlipayConfig:
    folder = peer_folder(env)
    return AlipayConfig(
        url=f"http://127.0.0.1:{env.demo_payments_port}/gateway.do",
        app_id=keys.ALIPAY_APP,
        private_key=keys.private_pem(folder, "alipay-app"),
        platform_key=keys.public_pem(folder, "alipay-platform"),
        notify_url=public_address(env) + ALIPAY_NOTICES,
        return_url=public_address(env) + PAY_PAGES,
        name=env.operator_name_zh,
    )


def _key(file: Path | None, variable: str) -> str:
    try:
        text = file.read_text().strip() if file is not None else ""
    except (OSError, UnicodeDecodeError) as error:
        raise WanhaoError(f"{variable} cannot be read: {error}.", REMEDY) from None
    if not text:
        raise WanhaoError(f"{variable} is needed.", REMEDY)
    return text
