from __future__ import annotations

import strawberry

from gateway.schema.fields import described
from gateway.schema.scalars import DateTime


@strawberry.type(
    description="What a person's devices told along with events. Each value is of the newest event that told it."
)
class Tracked:
    ip: str | None = described("The address that the device was seen at.", pii=True)
    country: str | None = described("ISO 3166, like `GB`.")
    region: str | None = described("A part of the country.")
    city: str | None = described("The town.")
    timezone: str | None = described("The device's IANA time zone.")
    browser: str | None = described("The browser's name.")
    os: str | None = described("The operating system's name.")
    last_at: DateTime | None = described("When the newest of these events occurred.")
