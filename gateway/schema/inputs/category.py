from __future__ import annotations

import strawberry


@strawberry.input(one_of=True, description="A category, by exactly one of these.")
class CategoryRef:
    id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="The id.")
    key: str | None = strawberry.field(default=strawberry.UNSET, description="The key, within its resource.")
