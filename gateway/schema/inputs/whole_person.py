from __future__ import annotations

import strawberry

from gateway.schema.inputs.fields import key_field, required
from gateway.schema.references import ProfileRef


@strawberry.input(description="Whom to forget.")
class EraseProfileInput:
    profile: ProfileRef = required("Who: this person, with everybody who was ever merged into them.")
    idempotency_key: str | None = key_field()


@strawberry.input(description="Whose data to hand out.")
class ExportProfileInput:
    profile: ProfileRef = required("Who: this person, with everybody who was ever merged into them.")
