"""The few values that all people of one history share."""

from __future__ import annotations

from dataclasses import dataclass

from graph.identifiers import IdentifierValue, identifier
from graph.subscribing.address import AddressKind, routed
from graph.vocabulary import Channel, IdentifierType


@dataclass(frozen=True, slots=True)
class Values:
    """`cards` belong to one person each, `addresses` may be shared, `devices` say little about anybody."""

    cards: tuple[IdentifierValue, ...]
    addresses: tuple[IdentifierValue, ...]
    devices: tuple[IdentifierValue, ...]

    @classmethod
    def of(cls, history: int) -> Values:
        token = routed(AddressKind.MOBILE_PUSH, f"{history:08d}".rjust(40, "t"), "example.shop")[1]
        mailboxes = (f"{name}.{history}@example.com" for name in ("ann", "bob"))
        return cls(
            cards=tuple(identifier(IdentifierType.EXTERNAL, "shop", f"{history}-{n}") for n in range(3)),
            addresses=(*(identifier(IdentifierType.EMAIL, "", each) for each in mailboxes), token),
            devices=(*(identifier(IdentifierType.COOKIE, "shop", f"c{history}-{n}") for n in range(2)), token),
        )


def channel_of(address: IdentifierValue) -> Channel:
    return Channel.EMAIL if address.type is IdentifierType.EMAIL else Channel.MOBILE_PUSH


def is_card(key: str) -> bool:
    return key.startswith("EXTERNAL:")


def is_mailbox(key: str) -> bool:
    return key.startswith("EMAIL:")
