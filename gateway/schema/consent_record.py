from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyCategory, LazySubscription
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.subscription import OptInEvidence
from graph.vocabulary import SubscriptionStatus


@strawberry.type(description="One change of what a person allows. Records are added, and never changed.")
class ConsentRecord(Node, TimelineEntry):
    scope: str = described("What it is about: PROFILE, SUBSCRIPTION, CATEGORY or IDENTIFIER.")
    subscription: LazySubscription | None = described("The subscription, where it is about one or a category of one.")
    category: LazyCategory | None = described("The category, where it is about one.")
    from_status: SubscriptionStatus | None = described("What it was before; null for the first one.")
    to_status: SubscriptionStatus = described(
        "What it was from then on. A category that is joined is SUBSCRIBED, one that is left UNSUBSCRIBED."
    )
    cause: str = described("Why it changed, like `unsubscribe` or `suspension_ended`.")
    source: str = described("Which system took it down.")
    actor: str | None = described("Who did it: an API key, `provider`, or `time` where it became due.")
    reason: str | None = described("What was said, in words.", pii=True)
    evidence: OptInEvidence | None = described("What proves it.")
