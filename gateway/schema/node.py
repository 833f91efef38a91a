from __future__ import annotations

import strawberry

from gateway.schema.enums import TimelineKind
from gateway.schema.fields import described
from gateway.schema.lazy import LazyProfile
from gateway.schema.scalars import DateTime


@strawberry.interface(description="Anything that has an id of its own and can be asked for by `node(id:)`.")
class Node:
    id: strawberry.ID = described("Unique over everything, and for ever. Its first letters say what it is.")


@strawberry.interface(description="Something that happened to a person at a time.")
class TimelineEntry:
    id: strawberry.ID = described("Unique over everything, and for ever. Its first letters say what it is.")
    at: DateTime = described("When it happened.")
    kind: TimelineKind = described("What it is.")
    profile: LazyProfile = described("The person it happened to; after a merge the one who remains.")
