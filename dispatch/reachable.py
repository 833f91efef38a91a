"""Which machines may be called, where people outside say the address: not those behind our own walls."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

# These carry an IPv4 address inside, which a gateway on the way may bring to anywhere (RFC 6052, RFC 3056, RFC 4380).
_CARRIERS: Final = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

# What a name was resolved to, as `socket.getaddrinfo` gives it.
AddressInfo = tuple[int, int, int, str, tuple[object, ...]]


class PrivateAddress(OSError):
    """The address is not one of the public internet."""

    def __init__(self) -> None:
        super().__init__("the address is not public")


@dataclass(frozen=True, slots=True)
class Reachable:
    """The public internet, and `allowed` besides; nothing but `allowed` where it is not `public`."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()
    public: bool = True

    @classmethod
    def beside(cls, texts: Sequence[str]) -> Reachable:
        """Raises ValueError for what is not a network like 10.1.0.0/16."""
        return cls(tuple(ip_network(text) for text in texts))

    def includes(self, text: str) -> bool:
        address = ip_address(text.partition("%")[0])
        if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if any(address in network for network in self.allowed):
            return True
        return self.public and address.is_global and not address.is_multicast and not _is_carried(address)

    def open_socket(self, info: AddressInfo) -> socket.socket:
        """A socket for the very address that is connected to, so that no second answer of a name server comes between.

        Raises PrivateAddress.
        """
        family, kind, protocol, _, place = info
        if not self.includes(str(place[0])):
            raise PrivateAddress
        return socket.socket(family, kind, protocol)


def _is_carried(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and any(address in network for network in _CARRIERS)
