from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from gateway.settings import GatewaySettings, KeyUse


@dataclass(frozen=True, slots=True)
class Keys:
    """What resolvers hash with: `inputs` for the inputs that the graph has, `addresses` for those that were erased."""

    inputs: bytes = field(repr=False)
    addresses: bytes = field(repr=False)

    @classmethod
    def of(cls, settings: GatewaySettings) -> Self:
        return cls(settings.key_for(KeyUse.INPUT_HASHES), settings.key_for(KeyUse.ERASED_ADDRESSES))
