from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.lazy import LazyProfile
from gateway.schema.node import Node, TimelineEntry
from gateway.schema.results import UserError
from gateway.schema.scalars import DateTime


@strawberry.type(description="Two people became one. It can be undone, the newest of a person first.")
class Merge(Node, TimelineEntry):
    from_: LazyProfile = strawberry.field(
        name="from",
        description="Whoever the merged profile is now: the person who remains, or after a split the one restored.",
    )
    from_id: strawberry.ID = described("The id of the profile that was merged; it keeps working.")
    rule: str = described(
        "Why: `manual` by `mergeProfiles`, `identify` when an anonymous visitor became known, `shared_identifier` "
        "where both have a verified value that belongs to one person."
    )
    evidence: str | None = described("What says that the two are one person.", pii=True)
    actor: str | None = described("Who asked for it.")
    undone_at: DateTime | None = described("When it was undone by `splitProfiles`.")


@strawberry.type(description="What a merge would do, if it were asked for now. Nothing is changed by asking.")
class MergePreview:
    survivor: LazyProfile = described("The person who would remain.")
    changes: list[str] = described(
        "What the person who remains would get, field by field: names, never values; `attr_` stands before attributes."
    )
    subscriptions_touched: int = described("How many subscriptions would move, become one, or be narrowed.")
    consent_conflicts: int = described(
        "Where the two do not say the same: as a whole, on an address, or of a category that one left. The stricter "
        "would stand."
    )
    messages_in_flight: int = described("How many messages wait to be sent to either; they are asked again before.")
    refused_by: list[UserError] = described("Why the merge would be refused; empty where it would not.")
