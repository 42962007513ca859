"""Is an address this very machine's?"""

import ipaddress
from functools import lru_cache


@lru_cache(maxsize=1024)  # asked for every request
def is_loopback(host: str) -> bool:
    """Can only this machine reach it?"""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
