from __future__ import annotations

import strawberry

from gateway.schema.fields import described


@strawberry.type(description="Who is asking.")
class Viewer:
    kind: str = described("What the request was signed with: `API_KEY`.")
    scopes: list[str] = described("What it may do.")
