"""What people allow, and what stands against writing to them."""

from __future__ import annotations

from graph.reading import links
from graph.reading.fields import Constant, Leaf, Near, One, Shape
from graph.reading.values import instant, optional, optional_instant, value, value_or

OPT_OUT = Shape(
    "OptOut",
    {
        "resource": One("Resource", links.RESOURCE_OF, required=False),
        "channel": optional("channel"),
        "since": instant("since"),
        "liftedForChannels": value_or("liftedForChannels", "[]"),
        "liftedForResources": value_or("liftedForResources", "[]"),
    },
)


def _stopped(name: str, *otherwise: str) -> str:
    """The domain that is stopped, else this property of the address."""
    address = f"head(COLLECT {{ MATCH ({{v}})-[:STOPS]->({{v}}stopped) RETURN {{v}}stopped.{name} LIMIT 1 }})"
    return f"coalesce({', '.join(('{v}.domain', address, *otherwise))})"


SUPPRESSION = Shape(
    "Suppression",
    {
        "id": value("id"),
        "kind": value("kind"),
        "pattern": Leaf(_stopped("value"), required=False),
        "masked": Leaf(_stopped("masked", "'***'")),
        "resource": One("Resource", links.RESOURCE_OF, required=False),
        "channel": optional("channel"),
        "reason": value("reason"),
        "since": instant("since"),
        "until": optional_instant("until"),
    },
)

CONSENT_RECORD = Shape(
    "ConsentRecord",
    {
        "id": value("id"),
        "at": instant("at"),
        "kind": Constant("CONSENT"),
        "profile": One("Profile", links.PERSON_BY_ID),
        "scope": value("scope"),
        "subscription": One("ChannelSubscription", links.SUBSCRIPTION_OF_RECORD, required=False),
        "category": One("Category", links.CATEGORY_OF_RECORD, required=False),
        "fromStatus": optional("fromStatus"),
        "toStatus": value("toStatus"),
        "cause": value("cause"),
        "source": value_or("source", "''"),
        "actor": optional("actor"),
        "reason": optional("reason"),
        "evidence": Near("OptInEvidence", there="{v}.evidenceAt.epochMillis"),
    },
)
