from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from dispatch.settings import PROVIDER_VARIABLES
from gateway.stack.ports import keep_ports
from gateway.stack.private_file import read_or_make
from gateway.stack.up_settings import UpSettings
from graph.identifying.rules import RULE_VARIABLES

_HANDED_ON = (
    "GRAPH_URI",
    "GRAPH_USER",
    "GRAPH_PASSWORD",
    "GRAPH_DATABASE",
    "GRAPH_READS_IN_FLIGHT",
    "REDIS_URL",
    *PROVIDER_VARIABLES,
    "CUSTOMER_GRAPH_PUBLIC_URL",
    *RULE_VARIABLES,
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The environment in which gateway and worker run, as it grows while the parts start.

    Other commands read it from the running stack too, so that all write under the same rules.
    """

    settings: UpSettings
    ports: dict[str, int]
    values: dict[str, str] = field(repr=False)

    @classmethod
    def choose(cls, settings: UpSettings) -> Addresses:
        ports = keep_ports(settings.data.ports_file, ("neo4j", "redis", "mailbox"))
        values = {
            "CUSTOMER_GRAPH_DATA": str(settings.data.path),
            "HOST": settings.host,
            "PORT": str(settings.port),
        }
        if not settings.given_value("SMTP_URL"):
            # Letters stay in our own mailbox, where this is the address; those to the world need one that it can reach.
            values["CUSTOMER_GRAPH_PUBLIC_URL"] = settings.url
        for name in _HANDED_ON:
            if settings.given_value(name):
                values[name] = settings.given_value(name)
        return cls(settings, ports, values)

    def password(self, part: str) -> str:
        """Of a part that is ours; made once. Only signs that need no escape in a URL or a configuration file."""
        return read_or_make(self.settings.data.secrets / f"{part}-password", lambda: secrets.token_hex(24))

    def for_children(self) -> dict[str, str]:
        return {**self.settings.given, **self.values}
