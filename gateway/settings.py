from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_LARGEST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where the gateway listens, and the key that is registered when it starts."""

    host: str = "127.0.0.1"
    port: int = 8000
    admin_key: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> GatewaySettings:
        """Raises ValueError that names the variable which is wrong."""
        port = environment.get("PORT") or "8000"
        if not port.isdecimal() or int(port) > _LARGEST_PORT:
            raise ValueError(f"PORT must be a number up to {_LARGEST_PORT}")
        return cls(
            host=environment.get("HOST") or "127.0.0.1",
            port=int(port),
            admin_key=environment.get("CUSTOMER_GRAPH_ADMIN_KEY") or None,
        )
