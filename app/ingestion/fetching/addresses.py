"""Which addresses may be fetched from: those of the public internet, and no other.

Checked after resolution and for the very address that is then connected to, so that no name can
answer with one address for the check and with another for the connection (DNS rebinding).
"""

import ipaddress
import re
import socket
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

import httpcore

from app.ingestion.fetching.failures import FetchRefusedError

SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

PORTS = (80, 443, 8000, 8080, 8443)  # where web servers are; mail and databases are not
# Beyond what the ipaddress module calls private: protocol assignments (the metadata server of
# Oracle is one), 6to4 relays, and the metadata server of Azure, which
# has a public address.
_REFUSED_V4 = tuple(
    ipaddress.ip_network(n) for n in ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")
)
_LONGEST = 2000  # bytes: what an index and every browser take
_GLOBAL_V6 = ipaddress.ip_network("2000::/3")
# Protocol assignments (Teredo among them), documentation, 6to4: what leads to other addresses.
_REFUSED_V6 = tuple(
    ipaddress.ip_network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Hosts that inet_aton takes for addresses: 2130706433, 0x7f.1, 0177.0.0.1.
_ODD_NUMBER = re.compile(r"(?:^|\.)(?:0x[0-9a-f]*|[0-9]+)\.?$", re.IGNORECASE)


def check_url(url: str) -> None:
    """Raise FetchRefusedError for what is no plain http(s) URL of a named host."""
    if len(url.encode(errors="replace")) > _LONGEST:
        raise FetchRefusedError(f"the URL is longer than {_LONGEST:,} bytes")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise FetchRefusedError("not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise FetchRefusedError("only http and https are fetched")
    if not host:
        raise FetchRefusedError("the URL names no host")
    if "@" in parts.netloc:
        raise FetchRefusedError("the URL holds a user name or password")
    if port == 0:
        raise FetchRefusedError("port 0")
    if _ODD_NUMBER.search(host) and not _is_address(host):
        raise FetchRefusedError("the host is a number, not a name")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_public(address: Address) -> bool:
    """Whether the address is on the public internet, whatever it is wrapped in."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped
        if address in _NAT64:
            wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if wrapped is not None:
            return is_public(wrapped)
        return address in _GLOBAL_V6 and not any(address in n for n in _REFUSED_V6)
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not any(address in n for n in _REFUSED_V4)
    )


def _is_loopback(address: Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def check_address(text: str, port: int, allow_loopback: bool = False) -> None:
    """Raise FetchRefusedError unless this address and port may be connected to."""
    address = ipaddress.ip_address(text.split("%", 1)[0])
    if allow_loopback and _is_loopback(address):
        return
    if not is_public(address):
        raise FetchRefusedError(f"{text} is not an address of the public internet")
    if port not in PORTS:
        raise FetchRefusedError(f"port {port} is not one of {', '.join(map(str, PORTS))}")


class GuardedBackend(httpcore.NetworkBackend):
    """Connections to checked addresses only: resolves, checks, and connects to what it checked.

    The TLS name and the Host header are the URL's; httpcore takes them from there.
    """

    def __init__(self, *, allow_loopback: bool = False) -> None:
        self._allow_loopback = allow_loopback
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that takes one."""
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in self._resolve(host, port):
            try:
                return self._backend.connect_tcp(
                    address, port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _resolve(self, host: str, port: int) -> Iterator[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"the name cannot be resolved: {error}") from error
        # All are checked before any is used: a name with one private address is suspect.
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for address in addresses:
            check_address(address, port, self._allow_loopback)
        return iter(addresses)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Never: there is nothing to fetch on a socket of this machine."""
        raise FetchRefusedError("sockets of this machine are not fetched from")
