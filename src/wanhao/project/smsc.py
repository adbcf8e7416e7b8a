"""The SMS process as the environment describes it: several binds from a file, or one."""

from wanhao.channels.sms.binds import read_binds
from wanhao.channels.sms.contracts import HallConfig, SmscConfig, SmsConfig
from wanhao.project.env import Environment


def sms_config(env: Environment, key: str = "") -> SmsConfig:
    """The binds of WANHAO_SMSC_FILE, otherwise the one of the other variables.

    By the key what customers write is known again without being kept.
    """
    return SmsConfig(
        binds=_binds(env),
        sign_off=env.sms_sign_off,
        hall=HallConfig(
            codes=env.sms_codes,
            per_hour=env.sms_per_hour,
            per_day=env.sms_per_day,
            url=env.hall_url,
            key=key.encode(),
        ),
    )


def _binds(env: Environment) -> tuple[SmscConfig, ...]:
    if env.smsc_file is not None:
        return read_binds(env.smsc_file, env.sms_source)
    return (
        SmscConfig(
            host=env.smsc_host,
            port=env.smsc_port,
            system_id=env.smsc_system_id,
            password=env.smsc_password,
            source=env.sms_source,
            window=env.smsc_window,
            per_second=env.smsc_per_second,
        ),
    )
