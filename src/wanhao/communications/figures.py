"""How quantities are written in a text: minutes whole, data in GB or MB."""

MB = 1024 * 1024
GB = 1024 * MB


def minutes(units: int, unit_seconds: int, *, up: bool) -> str:
    """Voice units as whole minutes; what was used is rounded up, what is left down."""
    return str(_divided(units * unit_seconds, 60, up=up))


def data(octets: int, *, up: bool) -> str:
    """Octets in GB (two decimals below 10, one from there), below one GB in whole MB."""
    megabytes = _divided(octets, MB, up=up)
    if megabytes < 1024:
        return f"{megabytes}MB"
    hundredths = _divided(octets * 100, GB, up=up)
    if hundredths < 1000:
        return f"{hundredths // 100}.{hundredths % 100:02d}GB"
    tenths = _divided(octets * 10, GB, up=up)
    return f"{tenths // 10}.{tenths % 10}GB"


def _divided(value: int, by: int, *, up: bool) -> int:
    return -(-value // by) if up else value // by
