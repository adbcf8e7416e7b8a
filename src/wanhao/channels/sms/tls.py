"""TLS towards an SMSC: who it must prove to be."""

import ssl

from wanhao.channels.sms.contracts import SmscConfig


def secured(config: SmscConfig) -> tuple[ssl.SSLContext | None, str | None]:
    """The context of a bind and the name its certificate must carry; none without TLS."""
    if config.tls is None:
        return None, None
    context = ssl.create_default_context(cafile=config.tls.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if not config.tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context, config.tls.server_name or config.host
